"""Tillit's own memory: standing, approvals, runs, evidence, requests and the journal. Knows model/ only."""

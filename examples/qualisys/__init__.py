"""Qualisys: a policy, one map and a made-up company to keep it in."""

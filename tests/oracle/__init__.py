"""The independent reading of docs/reference/semantics.md: brute force, row by row, and random cases to compare with."""

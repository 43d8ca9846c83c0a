"""The checks: what each asks the stores for, and how what was seen becomes a verdict. Pure; one file a kind."""

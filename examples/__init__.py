"""Examples that run: each is a policy, its maps and a company made up for it."""

"""A made-up company with what real data contains. Every person in it is invented; see `names` for how."""

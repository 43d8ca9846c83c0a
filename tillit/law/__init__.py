"""The law as dated data, each number with its source, and pure functions over it. Nothing here is legal advice."""

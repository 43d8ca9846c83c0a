"""Random cases and random kills for as long as one likes: `python -m tests.soak --minutes 60`."""

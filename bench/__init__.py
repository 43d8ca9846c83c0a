"""How fast the engine is, in ratios against hand-written SQL for the same effect on the same data."""

"""The shell that acts: observe, plan, execute, undo, identify people."""

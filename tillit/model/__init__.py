"""The words of the product as frozen dataclasses. Standard library only; no I/O, no clock."""

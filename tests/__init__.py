"""The tests. `make test` runs them; docs/howto/contribute.md tells how they are laid out."""

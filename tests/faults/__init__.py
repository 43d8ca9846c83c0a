"""What goes wrong around a run: full disks, lost connections, Ctrl-C, tables without transactions."""

"""The command line: one file a group of commands. Each calls one function of `tillit.service` and shows its answer."""

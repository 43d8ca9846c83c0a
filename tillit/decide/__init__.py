"""Pure decisions: binding, rights, grounds, disposal, disclosure. No I/O, no clock, no randomness."""

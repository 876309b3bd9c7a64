"""Tables in, rows out: read, run, measured, written."""

"""Says whether a machine can train: one look a file, and a table of them in `looks`."""

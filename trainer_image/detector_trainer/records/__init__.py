"""The record scan: one pass over every file, in parallel processes. Begins in `run`."""

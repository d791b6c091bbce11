"""The record scan: one pass over every file, in parallel processes. `scan.py` starts it."""

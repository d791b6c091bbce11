"""Verbs of the command line that belong to the operator: one module each, with main(argv) -> exit code."""

"""Implement the commands of the operator: one module each, with main(argv) -> exit code."""

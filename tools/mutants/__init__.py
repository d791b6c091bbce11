"""Mutation testing of the unit tests: change one thing in the code, and see whether a test fails. `make mutants`."""

"""Failures of the area records."""

"""Checks of the area records."""

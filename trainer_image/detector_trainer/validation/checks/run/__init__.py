"""Checks of the area run."""

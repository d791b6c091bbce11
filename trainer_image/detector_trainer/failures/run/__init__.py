"""Failures of the area run."""

"""Checks of the area checkpoint."""

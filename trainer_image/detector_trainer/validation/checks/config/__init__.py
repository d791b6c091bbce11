"""Checks of the area config."""

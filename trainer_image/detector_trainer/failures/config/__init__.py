"""Failures of the area config."""

"""Failures of the area environment."""

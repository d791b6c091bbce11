"""Failures of the area checkpoint."""

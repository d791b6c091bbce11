"""Failures of the area storage."""

"""Failures of the area resources."""

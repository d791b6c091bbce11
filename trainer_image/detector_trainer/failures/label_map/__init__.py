"""Failures of the area label-map."""

"""Checks of the area label-map."""

"""The operator side."""

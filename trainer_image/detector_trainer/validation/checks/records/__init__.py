"""Checks of records, one file a code. The tables of them are in validation/scan/table.py."""

"""Checks of records, one file a code. validation/chain.py lists them."""

"""The real trainer as the judge of the validator: cases, a generator of mutations, and the comparison of the two verdicts.

`python -m oracle` with PYTHONPATH=tests; see __main__.py.
"""

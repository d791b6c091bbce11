"""Policies: one decision per file.

A policy is a function of the context that returns a result, or None if it has nothing to decide. `chain.POLICIES` lists them in
their order. Policies import types of `reconcile`; `decide` gets them as an argument.
"""

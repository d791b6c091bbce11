"""One policy a file, named after it. Each is asked in the order of `reconcile.decide.POLICIES`.

A policy takes a Situation and answers with an Outcome, or None if it has nothing to say. It is pure.
"""

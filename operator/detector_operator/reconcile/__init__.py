"""Decide what to do about a DetectorTraining from its spec, its status and the observed runs.

`decide.decide` is the entry point: a pure, level-triggered function without state. `runs` and `actions` define its input and
output. The policies are passed to it: this package does not import them.
"""

"""Explain what a live run waits for: one explanation per file. Each returns a ConditionReason, or None if it does not apply."""

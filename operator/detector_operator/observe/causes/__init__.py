"""Explain why a run ended: one explanation per file. Each returns a ConditionReason, or None if it does not apply."""

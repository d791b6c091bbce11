"""The reader expects SequenceExamples, but a record is not one; detected while the framing is read."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

"""The model learns scores instead of classes, but a record does not have one for each box and class (inputs.py: transform_input_data)."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

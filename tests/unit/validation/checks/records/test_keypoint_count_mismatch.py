"""A record does not have num_keypoints keypoints for each box."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

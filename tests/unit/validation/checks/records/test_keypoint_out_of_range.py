"""A keypoint that a CenterNet learns is outside of the image, usually because it is in pixels."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

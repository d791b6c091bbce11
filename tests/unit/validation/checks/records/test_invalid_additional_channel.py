"""An additional channel of an image cannot be decoded, or does not have the size of the image."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

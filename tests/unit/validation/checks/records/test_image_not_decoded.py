"""Decoding a JPEG would take too much memory or too many passes."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

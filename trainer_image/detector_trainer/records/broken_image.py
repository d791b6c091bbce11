"""What the decoders raise."""

from __future__ import annotations


class BrokenImage(Exception):
    """The trainer's decoder refuses the bytes; the message says why."""

"""The exception of the decoders."""

from __future__ import annotations


class BrokenImage(Exception):
    """The trainer's decoder rejects the bytes; the message is the reason."""

"""The documentation of every check and classified failure, written once, in its own file.

`detector-training explain CODE`, `diagnose` and docs/ are generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Documented:
    """The texts of one check or failure: short Markdown."""

    code: str
    """`area/what-is-wrong`; the file that defines it has the same path, with underscores."""
    catalogue: tuple[int, ...] = ()
    """Numbers of the failure catalogue it covers."""
    what: str
    """What is wrong, in one sentence."""
    why: str
    """What the trainer does with it, and therefore why it matters."""
    fix: str
    """What to do, concretely."""
    example: str = ""
    """The mistake and its correction, where that helps: a few lines."""

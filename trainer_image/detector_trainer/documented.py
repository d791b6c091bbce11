"""What every check and every classified failure says about itself, once, in its own file.

`detector-training explain CODE`, `diagnose` and docs/ are all made from these.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Documented:
    """The words of one check or failure. Markdown, short."""

    code: str
    """`area/what-is-wrong`; the file that defines it has the same path, with underscores."""
    catalogue: tuple[int, ...] = ()
    """Numbers of the failure catalogue it covers."""
    what: str
    """What is wrong, in one sentence."""
    why: str
    """What the trainer does with it, and so why it matters."""
    fix: str
    """What to do, concretely."""
    example: str = ""
    """The mistake and its correction, where that helps: a few lines."""

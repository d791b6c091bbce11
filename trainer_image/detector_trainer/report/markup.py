"""Escapes text and formats numbers as HTML. All text from files (names, classes, messages) enters the page through here."""

from __future__ import annotations

import html
import re

from detector_trainer.contract.shortened import shortened

# Control characters that HTML does not allow, and surrogates, which file names that are not UTF-8 contain.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def text(value: object) -> str:
    """Escape a value as text of a page, or for a quoted attribute."""
    return html.escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def short(value: object, most: int) -> str:
    """Shorten a text to at most so many characters, before escaping."""
    return shortened(str(value), most)


def count(number: int, name: str) -> str:
    """Format a number with a noun: `1 error`, `2,000 errors`, `2 boxes`."""
    return f"{number:,} {name}" + ("" if number == 1 else "es" if name.endswith("x") else "s")

"""Text and numbers as HTML. What comes from files (names, classes, messages) gets into the page through here only."""

from __future__ import annotations

import html
import re

from detector_trainer.contract.shortened import shortened

# Control characters that HTML does not allow, and halves of characters as they come of file names that are no UTF-8.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def text(value: object) -> str:
    """A value as text of a page, or between the quotes of an attribute."""
    return html.escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def short(value: object, most: int) -> str:
    """At most so many characters of a text, not yet escaped."""
    return shortened(str(value), most)


def count(number: int, name: str) -> str:
    """`1 error`, `2,000 errors`; the plural of `box` is `boxes`."""
    return f"{number:,} {name}" + ("" if number == 1 else "es" if name.endswith("x") else "s")

"""Compute the digest of an inline pipeline config, which replaces its text in memory.

A text has up to 128 KiB, and thousands of resources are kept in memory. Only the ConfigMap needs the text.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

PREFIX: Final = "sha256:"
_DIGEST: Final = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")


def digest(text: str) -> str:
    """Return the digest of a text."""
    return PREFIX + hashlib.sha256(encoded(text)).hexdigest()


def digest_of(inline: str) -> str:
    """Return the digest of a text that may already have been replaced by its digest."""
    return inline if _DIGEST.fullmatch(inline) else digest(inline)


def short_digest(digested: str) -> str:
    """Return the part of a digest that is used in names."""
    return digested.removeprefix(PREFIX)[:10]


def encoded(text: str) -> bytes:
    """Encode a text, also one with lone surrogates: a resource with one must not crash the operator."""
    return text.encode(errors="surrogatepass")

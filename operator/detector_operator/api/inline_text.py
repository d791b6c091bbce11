"""The digest of an inline pipeline config, which replaces its text wherever the text itself is not needed.

A text has up to 128 KiB, and thousands of resources are kept in memory. Only the ConfigMap is created from the text.
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
    """Return the digest of a text that may have been replaced by it already."""
    return inline if _DIGEST.fullmatch(inline) else digest(inline)


def short(digested: str) -> str:
    """Return what of a digest a name contains."""
    return digested.removeprefix(PREFIX)[:10]


def encoded(text: str) -> bytes:
    """Return a text as bytes, also one that is not valid Unicode: a request that has it must not end the operator."""
    return text.encode(errors="surrogatepass")

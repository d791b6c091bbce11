"""Lines of a stream of bytes, in bounded memory: a progress bar is redrawn for hours and never ends its line."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

LONGEST_LINE: Final = 1 << 15
"""Of a longer one the beginning is kept: it says what the line is."""


async def lines_of(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    """The lines, without their ends; an unfinished one when the stream ends."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            yield _text(line)
        rest = rest[:LONGEST_LINE]
    if rest:
        yield _text(rest)


def _text(line: bytes) -> str:
    return line[:LONGEST_LINE].decode("utf-8", "replace")

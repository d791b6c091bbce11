"""Cache the texts of recent inline pipeline configs, to create the ConfigMap of a new resource without another request."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from detector_operator.api.inline_text import digest, encoded

MAX_BYTES: Final = 4 << 20
"""More than is applied while a reconcile is queued. A text that was evicted is read again."""


class InlineConfigCache:
    """Cache the newest texts by digest.

    Args:
        max_bytes: maximum size of all texts.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._bytes, self._max_bytes = 0, max_bytes

    def add(self, text: str) -> None:
        """Add a text, and evict the oldest ones if necessary."""
        key = digest(text)
        if key in self._texts:
            self._texts.move_to_end(key)
            return
        self._texts[key] = encoded(text)
        self._bytes += len(self._texts[key])
        while self._bytes > self._max_bytes:
            _, oldest = self._texts.popitem(last=False)
            self._bytes -= len(oldest)

    def get(self, key: str) -> str | None:
        """Return the text with this digest; None if it is not cached."""
        cached = self._texts.get(key)
        return cached.decode(errors="surrogatepass") if cached is not None else None

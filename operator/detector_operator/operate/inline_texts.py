"""The texts of inline pipeline configs that were seen last: a new resource's ConfigMap is created without another request."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from detector_operator.api.inline_text import digest, encoded

MOST_BYTES: Final = 4 << 20
"""More than what is applied while a reconcile waits for its turn. A text that is not kept is read again."""


class InlineTexts:
    """Keeps the newest texts, by digest.

    Args:
        most: bytes of all texts together.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._bytes, self._most = 0, most

    def keep(self, text: str) -> None:
        """Keep a text, instead of the oldest ones."""
        name = digest(text)
        if name in self._texts:
            self._texts.move_to_end(name)
            return
        self._texts[name] = encoded(text)
        self._bytes += len(self._texts[name])
        while self._bytes > self._most:
            _, oldest = self._texts.popitem(last=False)
            self._bytes -= len(oldest)

    def get(self, name: str) -> str | None:
        """Return the text with this digest, if it is kept."""
        kept = self._texts.get(name)
        return kept.decode(errors="surrogatepass") if kept is not None else None

"""The newest lines of a log that comes as bytes, in bounded memory and time: it may be a flood, or a line that never ends.

Only the newest progress and the last other lines count. They are searched from the end of what was received, as bytes: what comes
before them is neither split into lines nor decoded.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from detector_operator.observe.words import TAIL_LINES, TAIL_WIDTH
from detector_trainer.contract import Progress
from detector_trainer.contract.progress import PREFIX

LONGEST_LINE: Final = 1 << 15
"""Bytes. Of a longer line the beginning is kept: it tells what the line is."""
LONGEST_OTHER: Final = 4 * TAIL_WIDTH
"""Bytes of a line that is not progress: a character has at most four."""
CANDIDATES: Final = 4
"""Lines that are parsed, at most: the newest may be damaged."""
LOOKED_AT: Final = 200
"""Lines of one chunk that are looked at, from its end."""
PROGRESS: Final = f"{PREFIX}{{".encode()
WINDOW: Final = 1 << 12


class Newest(NamedTuple):
    """What counts of the lines that were received."""

    progress: Progress | None
    tail: tuple[str, ...]
    """The last lines that are not progress lines, and not empty."""


class NewestLines:
    """Receives chunks, and returns what counts of them."""

    def __init__(self) -> None:
        self.lines = 0
        """Ends of lines that were received."""
        self.bytes = 0
        """Bytes that were received."""
        self._rest = b""
        self._candidates: deque[bytes] = deque(maxlen=CANDIDATES)
        self._others: deque[bytes] = deque(maxlen=TAIL_LINES)

    def feed(self, chunk: bytes) -> None:
        """Receive the next bytes of the log. A line may come in pieces, and may end with a carriage return."""
        self.lines += chunk.count(b"\n")
        self.bytes += len(chunk)
        data = (self._rest + chunk).replace(b"\r", b"\n")
        end = data.rfind(b"\n") + 1
        self._rest = data[end : end + LONGEST_LINE]
        if end:
            self._search(data, end)

    def finish(self) -> None:
        """Take the last line, which may have no end, where the log itself has ended."""
        rest, self._rest = self._rest, b""
        self._search(rest, len(rest))

    def take(self) -> Newest:
        """Return what counts of the lines since the last call."""
        parsed = (Progress.from_line(_text(line)) for line in reversed(self._candidates))
        progress = next((each for each in parsed if each is not None), None)
        tail = tuple(text for line in self._others if (text := _text(line).rstrip()[:TAIL_WIDTH]))
        self._candidates.clear()
        self._others.clear()
        return Newest(progress, tail)

    def _search(self, data: bytes, end: int) -> None:
        """Look through the lines before `end`, the newest first."""
        others: list[bytes] = []
        place = end
        for _ in range(LOOKED_AT):
            place = _without_blanks(data, place)
            if not place or len(others) == TAIL_LINES:
                break
            start = data.rfind(b"\n", 0, place) + 1
            if data.find(PROGRESS, start, min(place, start + LONGEST_LINE)) < 0:
                others.append(data[start : min(place, start + LONGEST_OTHER)])
            place = start
        self._others.extend(reversed(others))
        candidates: list[bytes] = []
        place = end
        while len(candidates) < CANDIDATES and (found := data.rfind(PROGRESS, 0, place)) >= 0:
            start = data.rfind(b"\n", 0, found) + 1
            stop = data.find(b"\n", found, end)
            stop = end if stop < 0 else stop
            candidates.append(data[start : min(stop, start + LONGEST_LINE)])
            place = start
        self._candidates.extend(reversed(candidates))


def _without_blanks(data: bytes, end: int) -> int:
    """Return where the last byte before `end` that is not white space ends; 0 if there is none."""
    while end:
        begin = max(0, end - WINDOW)
        if kept := len(data[begin:end].rstrip()):
            return begin + kept
        end = begin
    return 0


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")

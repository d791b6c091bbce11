"""Extract the newest lines of a log from its bytes, in bounded memory and time: a log may be a flood, or one endless line.

Only the newest progress and the last other lines matter. They are searched backwards from the end of the received bytes: whatever
precedes them is neither split into lines nor decoded.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from detector_operator.observe.termination import TAIL_LINES, TAIL_WIDTH
from detector_trainer.contract import Progress
from detector_trainer.contract.progress import PREFIX

MAX_LINE: Final = 1 << 15
"""Bytes. Only the beginning of a longer line is kept: it identifies a progress line."""
MAX_OTHER: Final = 4 * TAIL_WIDTH
"""Bytes kept of a line that is not progress: a character has at most four bytes."""
MAX_CANDIDATES: Final = 4
"""Progress lines to parse at most: the newest may be damaged."""
MAX_SEARCHED: Final = 200
"""Lines of one chunk to search at most, from its end."""
PROGRESS: Final = f"{PREFIX}{{".encode()
WINDOW: Final = 1 << 12


class Newest(NamedTuple):
    """Hold what is kept of the received lines."""

    progress: Progress | None
    tail: tuple[str, ...]
    """The last lines that are neither progress lines nor empty."""


class NewestLines:
    """Receive chunks of a log, and return its newest lines."""

    def __init__(self) -> None:
        self.lines = 0
        """Number of line ends received."""
        self.bytes = 0
        """Number of bytes received."""
        self._rest = b""
        self._candidates: deque[bytes] = deque(maxlen=MAX_CANDIDATES)
        self._others: deque[bytes] = deque(maxlen=TAIL_LINES)

    def feed(self, chunk: bytes) -> None:
        """Receive the next bytes of the log. A line may be split over chunks, and may end with a carriage return."""
        self.lines += chunk.count(b"\n")
        self.bytes += len(chunk)
        data = (self._rest + chunk).replace(b"\r", b"\n")
        end = data.rfind(b"\n") + 1
        self._rest = data[end : end + MAX_LINE]
        if end:
            self._search(data, end)

    def finish(self) -> None:
        """Process the last line, which may have no line end, after the end of the log."""
        rest, self._rest = self._rest, b""
        self._search(rest, len(rest))

    def take(self) -> Newest:
        """Return what was kept of the lines since the last call."""
        parsed = (Progress.from_line(_text(line)) for line in reversed(self._candidates))
        progress = next((each for each in parsed if each is not None), None)
        tail = tuple(text for line in self._others if (text := _text(line).rstrip()[:TAIL_WIDTH]))
        self._candidates.clear()
        self._others.clear()
        return Newest(progress, tail)

    def _search(self, data: bytes, end: int) -> None:
        """Search the lines before `end`, newest first."""
        others: list[bytes] = []
        position = end
        for _ in range(MAX_SEARCHED):
            position = _without_blanks(data, position)
            if not position or len(others) == TAIL_LINES:
                break
            start = data.rfind(b"\n", 0, position) + 1
            if data.find(PROGRESS, start, min(position, start + MAX_LINE)) < 0:
                others.append(data[start : min(position, start + MAX_OTHER)])
            position = start
        self._others.extend(reversed(others))
        candidates: list[bytes] = []
        position = end
        while len(candidates) < MAX_CANDIDATES and (found := data.rfind(PROGRESS, 0, position)) >= 0:
            start = data.rfind(b"\n", 0, found) + 1
            stop = data.find(b"\n", found, end)
            stop = end if stop < 0 else stop
            candidates.append(data[start : min(stop, start + MAX_LINE)])
            position = start
        self._candidates.extend(reversed(candidates))


def _without_blanks(data: bytes, end: int) -> int:
    """Return the offset after the last byte before `end` that is not white space; 0 if all are."""
    while end:
        begin = max(0, end - WINDOW)
        if kept := len(data[begin:end].rstrip()):
            return begin + kept
        end = begin
    return 0


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")

"""Read a growing log in bounded memory: the newest progress and the last lines."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from detector_trainer.contract import Progress

CHUNK = 1 << 16
MAX_LINE = 1 << 15
TAIL_LINES = 20
TAIL_WIDTH = 400


class LogFollower:
    """Follow one log file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.progress: Progress | None = None
        """The newest progress line."""

    @property
    def tail(self) -> tuple[str, ...]:
        """Return the last lines that are not progress lines."""
        rest = _text(self._rest)
        return (*self._tail, rest)[-TAIL_LINES:] if rest else tuple(self._tail)

    def read(self) -> None:
        """Read what was appended since the last call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                while chunk := file.read(CHUNK):
                    self._offset += len(chunk)
                    self._take(chunk)
        except FileNotFoundError:
            return

    def _take(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._line(line)
        # The beginning of an unfinished line is kept: it identifies a progress line.
        self._rest = self._rest[:MAX_LINE]

    def _line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        progress = Progress.from_line(text)
        if progress is not None:
            self.progress = progress
        elif text:
            self._tail.append(text[:TAIL_WIDTH])


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip()[:TAIL_WIDTH]

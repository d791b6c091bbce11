"""Let a signal handler wake a waiting loop."""

from __future__ import annotations

import os
import select


class SelfPipe:
    """Wake a loop by writing to a pipe, which unlike a lock is safe in a signal handler."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def wake(self) -> None:
        """End the current or the next wait."""
        try:
            os.write(self._write, b"!")
        except BlockingIOError:
            return

    def wait(self, seconds: float) -> None:
        """Wait for this time, or until woken."""
        ready, _, _ = select.select([self._read], [], [], max(0.0, seconds))
        if ready:
            os.read(self._read, 1024)

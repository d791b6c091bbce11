"""Lets a loop wait, and a signal handler wake it."""

from __future__ import annotations

import os
import select


class Waker:
    """A pipe to oneself: unlike a lock, it can be used in a signal handler."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def wake(self) -> None:
        """Ends the wait."""
        try:
            os.write(self._write, b"!")
        except BlockingIOError:
            return

    def wait(self, seconds: float) -> None:
        """Waits so long, or until woken."""
        ready, _, _ = select.select([self._read], [], [], max(0.0, seconds))
        if ready:
            os.read(self._read, 1024)

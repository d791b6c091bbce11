"""Bounds that hold for every input: of time and memory. A test that exceeds one fails, as by an exception."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS = 60
"""Of one input: it takes a few milliseconds, and a machine that does much else takes its time."""
MEMORY = 1 << 30
"""Bytes beyond what the process has when the tests begin."""


class Hangs(BaseException):
    """An input takes too long: no `except Exception` on the way stops it."""


def _stop(*_: object) -> None:
    raise Hangs


class Watch:
    """Starts again with each input."""

    def begin(self) -> None:
        """Starts the clock."""
        signal.setitimer(signal.ITIMER_REAL, SECONDS)


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    """Bounds time and memory of a module's tests."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGALRM, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    yield Watch()
    signal.setitimer(signal.ITIMER_REAL, 0)
    resource.setrlimit(resource.RLIMIT_AS, (before, hard))
    signal.signal(signal.SIGALRM, handler)

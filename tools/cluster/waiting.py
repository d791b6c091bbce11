"""Waits for a condition."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
INTERVAL_SECONDS = 0.1


class NotInTime(Exception):
    """What was waited for has not come."""


def until(condition: Callable[[], T | None], what: str, *, seconds: float, every: float = INTERVAL_SECONDS) -> T:
    """Wait for the first answer of the condition that is neither None nor False.

    Raises:
        NotInTime: there was none within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() >= deadline:
            raise NotInTime(f"waited {seconds:g} s for {what}")
        time.sleep(every)

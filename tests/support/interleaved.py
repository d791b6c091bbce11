"""Runs several functions as if at the same time, in an order that a seed determines.

Each operation on what they share is a turn: one of them takes it while the others wait. Time is simulated; it passes only when
all of them sleep. The same seed gives the same order.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

LONGEST = 60.0  # seconds that a turn may really take: a test that hangs ends


class _Actor(threading.Thread):
    """One of the functions."""

    def __init__(self, function: Callable[[], Any], world: Interleaved) -> None:
        super().__init__(daemon=True)
        self._function, self._world = function, world
        self.go, self.waits = threading.Semaphore(0), threading.Semaphore(0)
        self.wakes_at = 0.0
        self.ended = False
        self.result: Any = None

    def run(self) -> None:
        """Wait for the first turn, then call the function."""
        self.turn()
        try:
            self.result = self._function()
        except BaseException as error:  # noqa: BLE001 - raised by Interleaved.run
            self.result = error
        self.ended = True
        self.waits.release()

    def turn(self) -> None:
        """Give the turn away and wait for the next one."""
        self.waits.release()
        self.go.acquire()


class Interleaved:
    """A simulated world with its clock."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._now = 0.0

    def clock(self) -> float:
        """Return the simulated time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the simulated time pass."""
        actor = threading.current_thread()
        assert isinstance(actor, _Actor)
        actor.wakes_at = self._now + seconds
        actor.turn()

    def interleave(self, monkeypatch: pytest.MonkeyPatch, owner: type, names: Sequence[str]) -> None:
        """Make each call of these methods by a function that `run` runs a turn."""
        for name in names:
            monkeypatch.setattr(owner, name, self._taking_turns(getattr(owner, name)))

    def run(self, functions: Sequence[Callable[[], Any]]) -> list[Any]:
        """Run all functions to their end and return what they returned."""
        actors = [_Actor(function, self) for function in functions]
        for actor in actors:
            actor.start()
            assert actor.waits.acquire(timeout=LONGEST)
        while living := [actor for actor in actors if not actor.ended]:
            self._now = max(self._now, min(actor.wakes_at for actor in living))
            actor = self._random.choice([actor for actor in living if actor.wakes_at <= self._now])
            actor.go.release()
            assert actor.waits.acquire(timeout=LONGEST)
        for actor in actors:
            if isinstance(actor.result, BaseException):
                raise actor.result
        return [actor.result for actor in actors]

    @staticmethod
    def _taking_turns(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            actor = threading.current_thread()
            if isinstance(actor, _Actor):
                actor.turn()
            return method(*arguments)

        return call

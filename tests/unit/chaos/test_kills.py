"""Kills keep pace with the trainings that they disturb."""

from __future__ import annotations

import threading

from chaos.kills import Kills
from chaos.plan import COMPONENTS, Kill, Plan


def kills(count: int, allowed: int) -> Kills:
    return Kills(Plan(1, [Kill("etcd", 0.0)] * count, []), allowed=allowed)


def run(planned: Kills, *, until: int) -> None:
    """Run them until so many are done, and end."""
    ends = threading.Event()

    def kill() -> None:
        if len(planned.done) == until:
            ends.set()

    planned.run(dict.fromkeys(COMPONENTS, kill), ends)


def test_all_that_are_allowed_are_done():
    planned = kills(5, allowed=5)
    run(planned, until=6)
    assert planned.share == 1
    assert planned.by_component == {"etcd": 5}


def test_none_is_done_before_it_is_allowed():
    planned, ends = kills(2, allowed=1), threading.Event()
    first = threading.Event()
    thread = threading.Thread(target=planned.run, args=(dict.fromkeys(COMPONENTS, first.set), ends))
    thread.start()
    assert first.wait(10)
    assert len(planned.done) == 1
    ends.set()
    thread.join(10)
    assert len(planned.done) == 1


def test_the_last_kill_is_known():
    planned = kills(1, allowed=1)
    assert planned.last == 0
    run(planned, until=1)
    assert planned.last == planned.done[-1][0]

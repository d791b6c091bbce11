"""One task a resource at a time; whatever is asked for is done, once."""

from __future__ import annotations

import asyncio
import logging

import pytest

from detector_operator.operate import queue as module
from detector_operator.operate.queue import Queue
from detector_operator.operate.store import Key
from support.fake_api_server import KEY


class Work:
    """Counts its calls; each waits for `go`."""

    def __init__(self):
        self.calls, self.running, self.most = [], 0, 0
        self.go = asyncio.Event()
        self.started = asyncio.Event()
        self.errors = []

    async def __call__(self, key):
        self.calls.append(key)
        self.running += 1
        self.most = max(self.most, self.running)
        self.started.set()
        try:
            await self.go.wait()
            if self.errors:
                raise self.errors.pop(0)
        finally:
            self.running -= 1


def playing(play):
    async def run():
        work = Work()
        queue = Queue(work, logging.getLogger("test"))
        await play(work, queue)
        await queue.close()

    asyncio.run(run())


async def settle(queue):
    while queue._tasks:
        await asyncio.gather(*queue._tasks.values(), return_exceptions=True)


@pytest.fixture
def delays(monkeypatch):
    """Retries come at once; how long they would have taken is noted."""
    noted = []
    ask_in = Queue.ask_in
    monkeypatch.setattr(Queue, "ask_in", lambda self, key, seconds: (noted.append(seconds), ask_in(self, key, 0))[1])
    return noted


def test_what_is_asked_for_ten_times_before_it_starts_is_done_once():
    async def play(work, queue):
        work.go.set()
        for _ in range(10):
            queue.ask(KEY)
        await settle(queue)
        assert work.calls == [KEY]

    playing(play)


def test_what_is_asked_for_while_it_runs_is_done_once_more():
    async def play(work, queue):
        queue.ask(KEY)
        await work.started.wait()
        for _ in range(10):
            queue.ask(KEY)
        work.go.set()
        await settle(queue)
        assert (work.calls, work.most) == ([KEY, KEY], 1)

    playing(play)


def test_two_resources_do_not_wait_for_each_other():
    async def play(work, queue):
        other = Key("team", "other")
        queue.ask(KEY)
        queue.ask(other)
        while work.running < 2:
            await asyncio.sleep(0)
        work.go.set()
        await settle(queue)

    playing(play)


def test_only_so_many_run_at_once(monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 3)

    async def play(work, queue):
        for number in range(20):
            queue.ask(Key("team", str(number)))
        await work.started.wait()
        while work.running < 3:
            await asyncio.sleep(0)
        work.go.set()
        await settle(queue)
        assert (len(work.calls), work.most) == (20, 3)

    playing(play)


def test_what_fails_is_tried_again_ever_more_seldom(delays):
    async def play(work, queue):
        work.errors = [RuntimeError("no")] * 9
        work.go.set()
        queue.ask(KEY)
        while len(work.calls) < 10:
            await asyncio.sleep(0)
        await settle(queue)

    playing(play)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_after_a_success_the_delays_begin_anew(delays):
    async def play(work, queue):
        work.go.set()
        for _ in range(2):
            work.errors = [RuntimeError("no")]
            calls = len(work.calls)
            queue.ask(KEY)
            while len(work.calls) < calls + 2:
                await asyncio.sleep(0)
            await settle(queue)
        assert queue._failures == {}

    playing(play)
    assert delays == [1, 1]


def test_years_of_failures_do_not_overflow(delays):
    async def play(work, queue):
        queue._failures[KEY] = 5000
        work.errors = [RuntimeError("no")]
        work.go.set()
        queue.ask(KEY)
        await settle(queue)

    playing(play)
    assert delays == [60]


def test_what_is_asked_for_now_is_not_also_done_later():
    async def play(work, queue):
        work.go.set()
        queue.ask_in(KEY, 3600)
        queue.ask(KEY)
        await settle(queue)
        assert (work.calls, queue._timers) == ([KEY], {})

    playing(play)


def test_of_two_times_the_later_wish_counts():
    async def play(_, queue):
        queue.ask_in(KEY, 0)
        queue.ask_in(KEY, 3600)
        assert len(queue._timers) == 1
        assert queue._timers[KEY].when() > asyncio.get_running_loop().time() + 3000

    playing(play)


def test_a_time_set_by_the_run_itself_holds():
    async def play(work, queue):
        queue.ask(KEY)
        await work.started.wait()
        queue.ask_in(KEY, 3600)
        work.go.set()
        await settle(queue)
        assert KEY in queue._timers

    playing(play)


def test_a_time_that_comes_while_it_runs_is_not_lost():
    async def play(work, queue):
        queue.ask(KEY)
        await work.started.wait()
        queue.ask_in(KEY, 0)
        while KEY in queue._timers:
            await asyncio.sleep(0)
        work.go.set()
        await settle(queue)
        assert work.calls == [KEY, KEY]

    playing(play)


def test_nothing_is_kept_of_a_resource_that_is_done():
    async def play(work, queue):
        work.go.set()
        queue.ask(KEY)
        await settle(queue)
        assert (queue._tasks, queue._timers, queue._failures, queue._again) == ({}, {}, {}, set())

    playing(play)


def test_closing_lets_what_runs_end_and_starts_nothing_more():
    async def play(work, queue):
        queue.ask(KEY)
        await work.started.wait()
        queue.ask(KEY)
        closing = asyncio.create_task(queue.close())
        await asyncio.sleep(0)
        queue.ask_in(KEY, 0)
        queue.ask(Key("team", "other"))
        work.errors = [RuntimeError("no")]
        work.go.set()
        await closing
        assert (work.calls, queue._tasks, queue._timers) == ([KEY], {}, {})

    playing(play)

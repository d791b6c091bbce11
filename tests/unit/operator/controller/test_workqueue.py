"""One task per resource at a time; whatever is added is processed, once."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import logging

import pytest
from aiohttp import ClientConnectionError

from detector_operator.controller import workqueue as module
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.metrics_protocol import NoMetrics
from detector_operator.controller.store import NamespacedName
from detector_operator.controller.workqueue import WorkQueue
from support.fake_api_server import KEY
from support.virtual_time import run_in_virtual_time


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
        queue = WorkQueue(work, logging.getLogger("test"))
        await play(work, queue)
        await queue.close()

    run_in_virtual_time(run())


async def settle(queue):
    while queue._tasks:
        await asyncio.gather(*queue._tasks.values(), return_exceptions=True)


def test_what_is_requested_ten_times_before_it_starts_is_done_once():
    async def play(work, queue):
        work.go.set()
        for _ in range(10):
            queue.add(KEY)
        await settle(queue)
        assert work.calls == [KEY]

    playing(play)


def test_what_is_requested_while_it_runs_is_done_once_more():
    async def play(work, queue):
        queue.add(KEY)
        await work.started.wait()
        for _ in range(10):
            queue.add(KEY)
        work.go.set()
        await settle(queue)
        assert (work.calls, work.most) == ([KEY, KEY], 1)

    playing(play)


def paced(*times_asked, seconds=10):
    """When a resource was reconciled whose progress was reported at these times."""
    work = Failing()

    async def run():
        queue, loop = WorkQueue(work, logging.getLogger("test")), asyncio.get_running_loop()
        for time in times_asked:
            loop.call_at(time, queue.add_rate_limited, KEY, seconds)
        await asyncio.sleep(1000)
        assert queue._rate_limited == {}
        await queue.close()

    run_in_virtual_time(run())
    return work.times


def test_a_flood_of_progress_is_one_reconcile_in_ten_seconds_and_the_last_one_counts():
    assert paced(*(number / 100 for number in range(2501))) == [0, 10, 20, 30]


def test_progress_that_comes_seldom_does_not_wait():
    assert paced(0, 15, 100) == [0, 15, 100]


def test_progress_while_a_reconcile_runs_is_seen_by_a_later_one():
    async def play(work, queue):
        queue.add_rate_limited(KEY, 10)
        await work.started.wait()
        queue.add_rate_limited(KEY, 10)
        work.go.set()
        await asyncio.sleep(100)
        assert work.calls == [KEY, KEY]

    playing(play)


def test_what_is_requested_otherwise_does_not_wait_for_progress():
    async def play(work, queue):
        work.go.set()
        queue.add_rate_limited(KEY, 10)
        await settle(queue)
        queue.add(KEY)
        await settle(queue)
        assert work.calls == [KEY, KEY]

    playing(play)


def test_two_resources_do_not_wait_for_each_other():
    async def play(work, queue):
        other = NamespacedName("team", "other")
        queue.add(KEY)
        queue.add(other)
        while work.running < 2:
            await asyncio.sleep(0)
        work.go.set()
        await settle(queue)

    playing(play)


def test_only_so_many_run_concurrently(monkeypatch):
    monkeypatch.setattr(module, "MAX_CONCURRENT", 3)

    async def play(work, queue):
        for number in range(20):
            queue.add(NamespacedName("team", str(number)))
        await work.started.wait()
        while work.running < 3:
            await asyncio.sleep(0)
        work.go.set()
        await settle(queue)
        assert (len(work.calls), work.most) == (20, 3)

    playing(play)


class Failing:
    """Fails with these errors in turn, then succeeds; keeps when it was called."""

    def __init__(self, *errors):
        self.errors, self.times = list(errors), []

    async def __call__(self, _):
        self.times.append(round(asyncio.get_running_loop().time(), 3))
        if self.errors:
            raise self.errors.pop(0)


def retrying(*errors, play=None, seconds=10_000, metrics=None, logger=None):
    """When a resource was reconciled that was added at second 0, during the script."""
    work = Failing(*errors)

    async def run():
        queue = WorkQueue(work, logger or logging.getLogger("test"), metrics)
        queue.add(KEY)
        if play is not None:
            await play(queue, work)
        await asyncio.sleep(seconds)
        await queue.close()
        assert (queue._failures, queue._backoff_until, queue._timers) == ({}, {}, {})

    run_in_virtual_time(run())
    return work.times


def times(*pauses):
    return [0, *itertools.accumulate(pauses)]


def test_what_fails_is_retried_with_exponential_backoff():
    assert retrying(*[RuntimeError("no")] * 9) == times(1, 2, 4, 8, 16, 32, 60, 60, 60)


def test_events_do_not_shorten_a_backoff():
    """29 events in 2.9 seconds were 29 attempts in 2.9 seconds."""

    async def play(queue, _):
        for _ in range(29):
            await asyncio.sleep(0.1)
            queue.add(KEY)

    assert retrying(RuntimeError("no"), RuntimeError("no"), play=play) == times(1, 2)


def test_an_event_while_it_fails_does_not_shorten_the_backoff_either():
    async def play(queue, work):
        async def told_of_and_fail(key):
            if work.errors:
                queue.add(key)
            await work(key)

        queue._work = told_of_and_fail

    assert retrying(*[RuntimeError("no")] * 3, play=play) == times(1, 2, 4)


def test_nor_does_a_time_that_a_run_has_set():
    async def play(queue, _):
        await asyncio.sleep(0.5)
        queue.add_after(KEY, 0)

    assert retrying(RuntimeError("no"), play=play) == times(1)


def test_an_event_after_a_success_is_not_held_back():
    async def play(queue, work):
        while len(work.times) < 3:
            await asyncio.sleep(0.5)
        queue.add(KEY)

    assert retrying(RuntimeError("no"), RuntimeError("no"), play=play) == [0, 1, 3, 3]


def test_one_resource_in_backoff_holds_no_other_back():
    other = NamespacedName("team", "other")
    work = Failing(RuntimeError("no"))

    async def run():
        queue = WorkQueue(work, logging.getLogger("test"))
        queue.add(KEY)
        await asyncio.sleep(0.1)
        queue.add(other)
        await settle(queue)
        await queue.close()

    run_in_virtual_time(run())
    assert work.times == [0, 0.1]


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [(7.0, 7), (0.5, 1), (None, 1), (86_400.0, 300)],
    ids=["longer", "shorter than the backoff", "none", "absurd"],
)
def test_retry_after_is_the_least_time_to_the_next_attempt(retry_after, pause):
    error = ApiError(429, "TooManyRequests", "too many requests", retry_after)

    async def play(queue, _):
        await asyncio.sleep(0.1)
        queue.add(KEY)

    assert retrying(error, play=play) == [0, pause]


def test_after_a_success_the_backoff_begins_again():
    async def play(queue, work):
        await asyncio.sleep(100)
        work.errors = [RuntimeError("no")]
        queue.add(KEY)

    assert retrying(RuntimeError("no"), play=play) == [0, 1, 100, 101]


def test_years_of_failures_do_not_overflow():
    async def play(queue, _):
        queue._failures[KEY] = 5000

    assert retrying(RuntimeError("no"), play=play) == [0, 60]


@pytest.mark.parametrize(
    ("error", "traceback"),
    [
        (RuntimeError("no"), True),
        (ApiError(503, "", "not now"), False),
        (ClientConnectionError("refused"), False),
        (TimeoutError(), False),
    ],
    ids=["a bug", "an answer", "no connection", "no answer"],
)
def test_only_what_is_unexpected_has_a_traceback(caplog, error, traceback):
    retrying(error)
    (record,) = caplog.records
    assert (bool(record.exc_info), "next attempt in 1 s" in record.getMessage()) == (traceback, True)


class Measured(NoMetrics):
    """Keeps what was measured."""

    def __init__(self):
        self.depths, self.results = [], []

    def queue_depth(self, depth):
        self.depths.append(depth)

    def reconcile(self, result, seconds):
        self.results.append((result, seconds))


def test_each_reconcile_is_measured():
    measured = Measured()
    retrying(RuntimeError("no"), metrics=measured)
    assert measured.results == [("error", 0), ("success", 0)]


def test_the_depth_is_what_waits_and_does_not_run(monkeypatch):
    monkeypatch.setattr(module, "MAX_CONCURRENT", 1)
    measured = Measured()

    async def run():
        work = Work()
        queue = WorkQueue(work, logging.getLogger("test"), measured)
        for number in range(3):
            queue.add(NamespacedName("team", str(number)))
        await work.started.wait()
        assert measured.depths[-1] == 2
        queue.add(NamespacedName("team", "0"))  # once more
        assert measured.depths[-1] == 3
        work.go.set()
        await settle(queue)

    run_in_virtual_time(run())
    assert (max(measured.depths), measured.depths[-1]) == (3, 0)


def test_a_reconcile_does_not_belong_to_whoever_requests_it():
    asking = contextvars.ContextVar("asking", default="nobody")
    seen = []

    async def work(_):
        seen.append(asking.get())

    async def run():
        queue = WorkQueue(work, logging.getLogger("test"))
        asking.set("a watch")
        queue.add(KEY)
        await settle(queue)
        queue.add_after(KEY, 1)
        await asyncio.sleep(2)
        await queue.close()

    run_in_virtual_time(run())
    assert seen == ["nobody", "nobody"]


def test_what_is_requested_now_is_not_also_done_later():
    async def play(work, queue):
        work.go.set()
        queue.add_after(KEY, 3600)
        queue.add(KEY)
        await settle(queue)
        assert (work.calls, queue._timers) == ([KEY], {})

    playing(play)


def test_of_two_times_the_later_wish_counts():
    async def play(_, queue):
        queue.add_after(KEY, 0)
        queue.add_after(KEY, 3600)
        assert len(queue._timers) == 1
        assert queue._timers[KEY].when() > asyncio.get_running_loop().time() + 3000

    playing(play)


def test_a_time_set_by_the_run_itself_holds():
    async def play(work, queue):
        queue.add(KEY)
        await work.started.wait()
        queue.add_after(KEY, 3600)
        work.go.set()
        await settle(queue)
        assert KEY in queue._timers

    playing(play)


def test_a_time_that_comes_while_it_runs_is_not_lost():
    async def play(work, queue):
        queue.add(KEY)
        await work.started.wait()
        queue.add_after(KEY, 0)
        while KEY in queue._timers:
            await asyncio.sleep(0)
        work.go.set()
        await settle(queue)
        assert work.calls == [KEY, KEY]

    playing(play)


def test_nothing_is_kept_of_a_resource_that_is_done():
    async def play(work, queue):
        work.go.set()
        queue.add(KEY)
        await settle(queue)
        assert (queue._tasks, queue._timers, queue._failures, queue._dirty) == ({}, {}, {}, set())

    playing(play)


def test_closing_lets_what_runs_end_and_starts_nothing_more():
    async def play(work, queue):
        queue.add(KEY)
        await work.started.wait()
        queue.add(KEY)
        closing = asyncio.create_task(queue.close())
        await asyncio.sleep(0)
        queue.add_after(KEY, 0)
        queue.add(NamespacedName("team", "other"))
        work.errors = [RuntimeError("no")]
        work.go.set()
        await closing
        assert (work.calls, queue._tasks, queue._timers) == ([KEY], {}, {})

    playing(play)

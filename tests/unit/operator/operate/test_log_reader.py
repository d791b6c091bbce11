"""The log of a running trainer is followed until its pod is gone, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from detector_operator.operate import log_reader as module
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.log_reader import LogReader
from detector_operator.reconcile.runs import RunState
from support.fake_api_server import KEY, FakeApiServer
from support.trainings import T0, at, train_run

RUN = train_run(pod="p")
ENDED = replace(RUN, state=RunState.ENDED)


class Reading:
    def __init__(self):
        self.server, self.told = FakeApiServer(), asyncio.Queue()
        self.reader = LogReader(self.server, self.told.put_nowait, lambda: T0, logging.getLogger("test"))

    @property
    def log(self):
        return self.reader.logs(KEY)["p"]


@pytest.fixture
def reading(monkeypatch):
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0)

    def run(play):
        async def main():
            reading = Reading()
            await play(reading)
            await reading.reader.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(main())

    return run


def script(*answers):
    """The lines of one request after the other."""
    left = list(answers)
    return lambda _: left.pop(0) if left else [asyncio.Event()]


def test_progress_is_told(reading):
    async def play(reading):
        reading.server.logs["p"] = script([], ["hello", at(1).to_line(), at(2).to_line(), asyncio.Event()])
        reading.reader.follow(KEY, [RUN])
        for _ in range(3):  # it is heard, and two steps
            assert await reading.told.get() == KEY
        assert (reading.log.progress.step, reading.log.tail, reading.log.since) == (2, ("hello",), T0)

    reading(play)


def test_a_log_that_is_silent_is_heard(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda follow: [asyncio.Event()] if follow else []
        reading.reader.follow(KEY, [RUN])
        await reading.told.get()
        assert (reading.log.progress, reading.log.tail) == (None, ())

    reading(play)


def test_what_was_read_before_is_told_once(reading):
    async def play(reading):
        lines = [at(1).to_line(), at(2).to_line()]
        reading.server.logs["p"] = script(lines, [*lines, at(3).to_line(), asyncio.Event()])
        reading.reader.follow(KEY, [RUN])
        await reading.told.get()
        await reading.told.get()
        assert (reading.log.progress.step, reading.told.empty()) == (3, True)

    reading(play)


@pytest.mark.parametrize(
    "error",
    [
        ApiError(400, "", "PodInitializing"),
        ApiError(404, "", "not found"),
        ConnectionResetError(),
        TimeoutError(),
        ValueError("Chunk too big"),
    ],
    ids=["not-yet", "gone", "broken", "slow", "unforeseen"],
)
def test_what_breaks_is_read_again(reading, error):
    async def play(reading):
        reading.server.logs["p"] = script([error], [], [error], [at(7).to_line(), asyncio.Event()])
        reading.reader.follow(KEY, [RUN])
        await reading.told.get()
        await reading.told.get()
        assert reading.log.progress.step == 7

    reading(play)


def test_a_pod_is_followed_once_however_often_it_is_asked_for(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda _: [asyncio.Event()]
        for _ in range(3):
            reading.reader.follow(KEY, [RUN])
            await asyncio.sleep(0)
        assert reading.server.count("log") == 1

    reading(play)


def test_a_pod_that_is_gone_is_forgotten(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda _: [asyncio.Event()]
        reading.reader.follow(KEY, [RUN])
        await asyncio.sleep(0)
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        reading.reader.follow(KEY, ())
        await asyncio.wait([task])
        assert (task.cancelled(), reading.reader._readers) == (True, {})

    reading(play)


def test_nothing_is_read_of_a_trainer_that_has_not_started_or_has_ended_before(reading):
    async def play(reading):
        reading.reader.follow(KEY, [replace(RUN, state=RunState.PENDING), replace(ENDED, pod="q")])
        assert await reading.reader.read_to_end(KEY, [ENDED]) is False
        assert reading.server.requests == []

    reading(play)


def test_the_end_of_a_log_is_read_once(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda follow: [asyncio.Event()] if follow else [at(9).to_line(), "Killed"]
        reading.reader.follow(KEY, [RUN])
        await reading.told.get()
        assert await reading.reader.read_to_end(KEY, [ENDED]) is True
        assert (reading.log.progress.step, reading.log.tail[-1]) == (9, "Killed")
        assert await reading.reader.read_to_end(KEY, [ENDED]) is False

    reading(play)


def test_an_end_that_cannot_be_read_holds_nothing_up(reading):
    async def play(reading):
        reading.server.logs["p"] = script([], [asyncio.Event()], [ApiError(404, "", "not found")])
        reading.reader.follow(KEY, [RUN])
        await reading.told.get()
        while reading.server.count("log") < 2:
            await asyncio.sleep(0)
        assert await reading.reader.read_to_end(KEY, [ENDED]) is True
        assert await reading.reader.read_to_end(KEY, [ENDED]) is False

    reading(play)


def test_two_hundred_trainers_are_followed_and_let_go_of(reading):
    async def play(reading):
        pods = [f"p{number}" for number in range(200)]
        reading.server.logs = {pod: script([], [at(1).to_line(), asyncio.Event()]) for pod in pods}
        reading.reader.follow(KEY, [replace(RUN, pod=pod) for pod in pods])
        for _ in range(400):
            await reading.told.get()
        assert len(reading.reader.logs(KEY)) == 200

    reading(play)


def test_a_log_that_nobody_serves_is_asked_for_ever_more_seldom(reading, monkeypatch):
    async def play(reading):
        pauses, enough = [], asyncio.Event()

        async def sleep(seconds):
            pauses.append(seconds)
            if len(pauses) == 10:
                enough.set()
                await asyncio.Event().wait()

        monkeypatch.setattr(module.asyncio, "sleep", sleep)
        monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.5)
        reading.server.logs["p"] = lambda _: [ApiError(502, "", "dial tcp 10.0.0.1:10250: connect: connection refused")]
        reading.reader.follow(KEY, [RUN])
        await enough.wait()
        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
        assert reading.reader.logs(KEY) == {}

    reading(play)

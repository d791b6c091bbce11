"""The log of a running trainer is followed until its pod is gone, whatever happens to the connection.

A followed log that is silent proves nothing: its end is read by a request of its own, before it is followed and whenever `check`
requests it. What cannot be read is noted, and nothing is raised.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from detector_operator.controller import log_reader as module
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.log_reader import MAX_ERROR, LogReader
from detector_operator.reconcile.runs import LogView, RunState
from support.fake_api_server import KEY, FakeApiServer
from support.trainings import T0, after, at, train_run, validate_run

RUN = train_run(pod="p")
STARTING = replace(RUN, state=RunState.STARTING)
ENDED = replace(RUN, state=RunState.ENDED)
READ, FOLLOW = ("log", "read", "p"), ("log", "follow", "p")
REFUSED = ApiError(502, "", "dial tcp 10.0.0.1:10250: connect: connection refused")


class Reading:
    def __init__(self):
        self.server, self.told, self.now = FakeApiServer(), asyncio.Queue(), T0
        self.reader = LogReader(self.server, self.told.put_nowait, lambda: self.now, logging.getLogger("test"))

    @property
    def log(self):
        return self.reader.logs(KEY)["p"]

    @property
    def view(self):
        return self.log.view

    def passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    def follow(self):
        self.reader.follow(KEY, [RUN])

    async def requests(self, number):
        """Wait until so many requests were made, and answered as far as they are."""
        while len(self.server.requests) < number:
            await asyncio.sleep(0)
        for _ in range(3):
            await asyncio.sleep(0)


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
    """The lines of one request after the other, then one that never ends."""
    left = list(answers)
    return lambda _: left.pop(0) if left else [asyncio.Event()]


def lines(*steps):
    return [at(step).to_line() for step in steps]


# Reading and following


def test_progress_is_reported(reading):
    async def play(reading):
        reading.server.logs["p"] = script([], ["hello", *lines(1, 2), asyncio.Event()])
        reading.follow()
        for _ in range(3):  # it could be read, and two steps
            assert await reading.told.get() == KEY
        assert (reading.log.progress.step, reading.log.tail, reading.view.read_at) == (2, ("hello",), T0)

    reading(play)


def test_the_end_of_the_log_is_read_before_it_is_followed(reading):
    async def play(reading):
        reading.server.logs["p"] = script(["hello", *lines(7)])
        reading.follow()
        await reading.told.get()
        assert (reading.log.progress.step, reading.log.tail) == (7, ("hello",))
        await reading.requests(2)
        assert reading.server.requests == [READ, FOLLOW]

    reading(play)


def test_a_log_without_a_line_was_read(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda follow: [asyncio.Event()] if follow else []
        reading.follow()
        await reading.told.get()
        assert (reading.log.progress, reading.log.tail) == (None, ())
        assert reading.view == LogView(read_at=T0, attempted_at=T0, without_progress_since=T0)

    reading(play)


def test_a_log_that_ends_in_a_progress_line_has_progress(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1))
        reading.follow()
        await reading.told.get()
        assert reading.view == LogView(read_at=T0, attempted_at=T0)

    reading(play)


@pytest.mark.parametrize(
    "end", [None, TimeoutError("no line for 300 s"), ConnectionResetError()], ids=["ended", "silent", "broken"]
)
def test_a_follow_that_ends_is_opened_again_after_the_end_of_the_log_was_read(reading, end):
    async def play(reading):
        reading.server.logs["p"] = script([], [*lines(1), *([end] if end else [])], lines(1, 2, 3))
        reading.follow()
        await reading.requests(4)
        assert reading.server.requests == [READ, FOLLOW, READ, FOLLOW]
        assert (reading.log.progress.step, reading.view.unavailable_since) == (3, None)

    reading(play)


def test_progress_that_a_silent_follow_did_not_bring_is_reported(reading):
    """As after the kubelet has rotated the log: the follow stays with the old file."""

    async def play(reading):
        reading.server.logs["p"] = script(lines(1), [TimeoutError()], lines(50))
        reading.follow()
        await reading.told.get()
        await reading.told.get()
        assert reading.log.progress.step == 50

    reading(play)


# What was read before


def test_what_was_read_before_is_reported_once(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1, 2), [*lines(1, 2, 3), asyncio.Event()])
        reading.follow()
        await reading.told.get()
        await reading.told.get()
        assert (reading.log.progress.step, reading.told.empty()) == (3, True)

    reading(play)


def test_lines_that_come_again_are_no_news_and_the_step_never_goes_back(reading):
    async def play(reading):
        reading.server.logs["p"] = script([], lines(1, 2, 3), lines(1, 2, 3), [*lines(1, 2, 3), asyncio.Event()])
        reading.follow()
        await reading.requests(4)
        told = [reading.told.get_nowait() for _ in range(reading.told.qsize())]
        assert (reading.log.progress.step, len(told)) == (3, 4)  # it could be read, and three steps

    reading(play)


def test_a_step_that_was_reported_twice_and_comes_again_is_not_news(reading):
    async def play(reading):
        saved = at(3).model_copy(update={"last_checkpoint_step": 3})
        both = [at(3).to_line(), saved.to_line()]
        reading.server.logs["p"] = script(both, [*both, asyncio.Event()])
        reading.follow()
        await reading.requests(2)
        assert (reading.log.progress, reading.told.qsize()) == (saved, 1)

    reading(play)


def test_a_step_is_reported_again_with_its_checkpoint(reading):
    async def play(reading):
        saved = at(3).model_copy(update={"last_checkpoint_step": 3})
        reading.server.logs["p"] = script([at(3).to_line()], [at(3).to_line(), saved.to_line(), asyncio.Event()])
        reading.follow()
        await reading.told.get()
        await reading.told.get()
        assert reading.log.progress == saved

    reading(play)


def test_a_step_that_was_followed_is_not_undone_by_an_older_answer(reading):
    async def play(reading):
        answer, go_on = asyncio.Event(), asyncio.Event()
        reading.server.logs["p"] = script([], [*lines(1), go_on, *lines(2, 3), asyncio.Event()], [*lines(1), answer])
        reading.follow()
        await reading.requests(2)
        checking = asyncio.ensure_future(reading.reader.check(KEY, RUN))
        await reading.requests(3)
        go_on.set()
        while reading.log.progress.step < 3:
            await asyncio.sleep(0)
        answer.set()
        await checking
        assert reading.log.progress.step == 3

    reading(play)


def test_the_clock_of_the_node_plays_no_part(reading):
    """A line of a node whose clock was set back is as new as any other."""

    async def play(reading):
        back = [at(3, time=-3600).to_line(), asyncio.Event()]
        reading.server.logs["p"] = script([at(1, time=7200).to_line()], [at(2, time=3600).to_line(), *back])
        reading.follow()
        for _ in range(3):
            await reading.told.get()
        assert (reading.log.progress.step, reading.view.read_at) == (3, T0)

    reading(play)


def test_last_lines_that_come_again_are_kept_once(reading):
    async def play(reading):
        words, more = [f"line {number}" for number in range(3)], asyncio.Event()
        reading.server.logs["p"] = script(words, [more, *words, "one more", *lines(1), asyncio.Event()])
        reading.follow()
        await reading.told.get()
        assert reading.log.tail == tuple(words)
        more.set()
        await reading.told.get()
        assert reading.log.tail == (*words, "one more")

    reading(play)


def test_last_lines_stay_when_a_log_was_just_rotated(reading):
    async def play(reading):
        reading.server.logs["p"] = script(["line"], [], [])
        reading.follow()
        await reading.requests(4)
        assert reading.log.tail == ("line",)

    reading(play)


def test_empty_lines_are_left_out_and_long_ones_cut(reading):
    async def play(reading):
        more = asyncio.Event()
        reading.server.logs["p"] = script(["", "  ", "a" * 1000 + " "], [more, "", "b" * 1000, *lines(1), asyncio.Event()])
        reading.follow()
        await reading.told.get()
        assert reading.log.tail == ("a" * 400,)
        more.set()
        await reading.told.get()
        assert reading.log.tail == ("b" * 400,)

    reading(play)


# A log without a progress line


def test_without_progress_since_is_when_the_log_was_first_read_without_a_progress_line(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(5), [asyncio.Event()], ["rotated"], ["rotated"], lines(6), ["rotated"])
        reading.follow()
        await reading.requests(2)
        seen = []
        for _ in range(4):
            reading.passes(60)
            await reading.reader.check(KEY, RUN)
            seen.append((reading.view.without_progress_since, reading.view.read_at, reading.log.progress.step))
        assert seen == [(after(60), after(60), 5), (after(60), after(120), 5), (None, after(180), 6), (after(240), after(240), 6)]

    reading(play)


def test_a_progress_line_that_is_followed_ends_the_time_without(reading):
    async def play(reading):
        more = asyncio.Event()
        reading.server.logs["p"] = script(["rotated"], [more, *lines(1), asyncio.Event()])
        reading.follow()
        await reading.told.get()
        assert reading.view.without_progress_since == T0
        more.set()
        await reading.told.get()
        assert (reading.view.without_progress_since, reading.view.read_at) == (None, T0)

    reading(play)


# What cannot be read

ERRORS = {
    "not-yet": ApiError(400, "", "PodInitializing"),
    "gone": ApiError(404, "", "not found"),
    "no right": ApiError(403, "Forbidden", "pods/log is forbidden"),
    "broken": ConnectionResetError("reset by peer"),
    "slow": TimeoutError("no answer"),
    "unforeseen": ValueError("Chunk too big"),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_what_breaks_is_read_again(reading, error):
    async def play(reading):
        reading.server.logs["p"] = script([error], [], [error], [], [*lines(7), asyncio.Event()])
        reading.follow()
        for _ in range(3):  # it cannot be read, it can, and a step
            await reading.told.get()
        assert (reading.log.progress.step, reading.view.error) == (7, "")

    reading(play)


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_a_log_that_cannot_be_read_is_recorded_with_why_and_since_when(reading, error):
    async def play(reading):
        reading.server.logs["p"] = script(lines(5), [asyncio.Event()], [error], [error], lines(6))
        reading.follow()
        await reading.requests(2)
        seen = []
        for _ in range(3):
            reading.passes(60)
            await reading.reader.check(KEY, RUN)
            view = reading.view
            seen.append((view.read_at, view.attempted_at, view.unavailable_since, view.error, reading.log.progress.step))
        assert seen == [
            (T0, after(60), after(60), str(error), 5),
            (T0, after(120), after(60), str(error), 5),
            (after(180), after(180), None, "", 6),
        ]

    reading(play)


def test_an_error_without_words_is_called_by_its_name_and_a_long_one_is_cut(reading):
    async def play(reading):
        for error, told in (
            (TimeoutError(), "TimeoutError"),
            (ApiError(502, "", "<html>" * 100), ("<html>" * 100)[:MAX_ERROR]),
        ):
            reading.server.logs["p"] = [error]
            await reading.reader.check(KEY, RUN)
            assert reading.view.error == told

    reading(play)


def test_an_answer_that_breaks_off_tells_nothing(reading):
    async def play(reading):
        reading.server.logs["p"] = [*lines(5), "half a line", ConnectionResetError()]
        await reading.reader.check(KEY, RUN)
        assert (reading.log.progress, reading.log.tail, reading.view.read_at) == (None, (), None)

    reading(play)


def test_that_a_log_cannot_be_read_is_reported_once_and_that_it_can_again_too(reading):
    async def play(reading):
        reading.server.logs["p"] = script([REFUSED], [REFUSED], [REFUSED], [])
        reading.follow()
        await reading.requests(5)
        assert reading.told.qsize() == 2

    reading(play)


def test_a_follow_that_breaks_is_not_a_log_that_cannot_be_read(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1), [REFUSED], lines(1))
        reading.follow()
        await reading.requests(4)
        assert (reading.view.unavailable_since, reading.told.qsize()) == (None, 1)

    reading(play)


def record_pauses(monkeypatch, count):
    """Return the list of pauses, none of which is waited for, and what is set after so many; nothing continues then."""
    pauses, enough, real = [], asyncio.Event(), asyncio.sleep

    async def sleep(seconds):
        if not seconds:
            await real(0)
            return
        pauses.append(seconds)
        if len(pauses) == count:
            enough.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.5)
    return pauses, enough


def test_a_log_that_nobody_serves_is_requested_with_exponential_backoff(reading, monkeypatch):
    async def play(reading):
        pauses, enough = record_pauses(monkeypatch, 10)
        reading.server.logs["p"] = lambda _: [REFUSED]
        reading.follow()
        await enough.wait()
        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
        assert (reading.log.progress, reading.view.read_at, reading.view.unavailable_since) == (None, None, T0)

    reading(play)


def test_a_log_with_news_is_opened_again_soon(reading, monkeypatch):
    async def play(reading):
        pauses, enough = record_pauses(monkeypatch, 4)
        reading.server.logs["p"] = script([REFUSED], [REFUSED], lines(1), lines(1), lines(1), lines(1))
        reading.follow()
        await enough.wait()
        assert pauses == [1, 2, 0.5, 1]

    reading(play)


# Checks


def test_a_check_reads_the_end_of_the_log_now_whether_it_is_followed_or_not(reading):
    async def play(reading):
        reading.server.logs["p"] = script(["hello", *lines(4)], lines(5), [asyncio.Event()], lines(9))
        await reading.reader.check(KEY, RUN)
        assert (reading.log.progress.step, reading.server.requests) == (4, [READ])
        reading.follow()
        await reading.requests(3)
        reading.passes(60)
        await reading.reader.check(KEY, RUN)
        assert (reading.log.progress.step, reading.view.read_at, reading.view.attempted_at) == (9, after(60), after(60))

    reading(play)


def test_a_check_of_a_run_that_has_not_started_reads_no_log(reading):
    async def play(reading):
        await reading.reader.check(KEY, STARTING)
        assert (reading.server.requests, reading.view) == ([], LogView(read_at=T0, attempted_at=T0))
        reading.reader.record_failure(KEY, STARTING, REFUSED)
        reading.passes(60)
        await reading.reader.check(KEY, STARTING)
        assert reading.view == LogView(read_at=after(60), attempted_at=after(60))

    reading(play)


def test_a_run_that_was_checked_before_it_started_is_followed_once_it_runs(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1))
        await reading.reader.check(KEY, STARTING)
        reading.reader.follow(KEY, [STARTING])
        reading.follow()
        await reading.requests(2)
        assert (reading.server.requests, reading.log.progress.step) == ([READ, FOLLOW], 1)

    reading(play)


def test_a_run_without_a_pod_has_nothing_to_check(reading):
    async def play(reading):
        await reading.reader.check(KEY, replace(RUN, pod=None))
        reading.reader.record_failure(KEY, replace(RUN, pod=None), REFUSED)
        assert (reading.server.requests, reading.reader.logs(KEY)) == ([], {})

    reading(play)


def test_a_run_that_could_not_be_read_is_recorded(reading):
    async def play(reading):
        reading.reader.record_failure(KEY, RUN, REFUSED)
        assert reading.view == LogView(attempted_at=T0, unavailable_since=T0, error=str(REFUSED))

    reading(play)


# Which pods are followed


def test_a_pod_is_followed_once_however_often_it_is_requested(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda _: [asyncio.Event()]
        for _ in range(3):
            reading.follow()
            await asyncio.sleep(0)
        assert reading.server.count("log") == 1

    reading(play)


def test_a_pod_that_is_gone_is_forgotten(reading):
    async def play(reading):
        reading.server.logs["p"] = lambda _: [asyncio.Event()]
        reading.follow()
        await asyncio.sleep(0)
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        reading.reader.follow(KEY, ())
        await asyncio.wait([task])
        assert (task.cancelled(), reading.reader._readers) == (True, {})

    reading(play)


def test_nothing_is_read_of_a_trainer_that_has_not_started_or_has_ended_before(reading):
    async def play(reading):
        states = (RunState.PENDING, RunState.STARTING, RunState.ENDED)
        reading.reader.follow(KEY, [replace(RUN, state=state, pod=state.value) for state in states])
        assert await reading.reader.read_to_end(KEY, [ENDED]) is False
        assert reading.server.requests == []

    reading(play)


def test_the_log_of_a_validation_is_not_followed(reading):
    async def play(reading):
        reading.reader.follow(KEY, [validate_run(pod="p")])
        await asyncio.sleep(0)
        assert reading.server.requests == []

    reading(play)


def test_two_hundred_trainers_are_followed_and_let_go_of(reading):
    async def play(reading):
        pods = [f"p{number}" for number in range(200)]
        reading.server.logs = {pod: script([], [*lines(1), asyncio.Event()]) for pod in pods}
        reading.reader.follow(KEY, [replace(RUN, pod=pod) for pod in pods])
        for _ in range(400):
            await reading.told.get()
        assert len(reading.reader.logs(KEY)) == 200

    reading(play)


# Floods


def endless(chunk, taken):
    """A log that grows as fast as it is read; `taken` is called with what was read of each request."""

    def answer(_):
        taken.append(0)
        while True:
            taken[-1] += len(chunk)
            yield chunk

    return answer


FLOODS = {"empty lines": b"\n" * 4096, "short lines": b"x\n" * 4096, "a line without end": b"x" * 8192, "progress": b""}


class Pauses(list):
    """How long was waited between two rounds, by a clock of its own; the last one of `most` has no end."""

    def __init__(self):
        self.enough, self.most, self.now = asyncio.Event(), 3, 0.0

    async def sleep(self, seconds):
        self.append(seconds)
        self.now += seconds
        if len(self) == self.most:
            self.enough.set()
            await asyncio.Event().wait()


@pytest.fixture
def pauses(monkeypatch):
    seen, real = Pauses(), asyncio.sleep

    async def sleep(seconds):
        await (real(0) if not seconds else seen.sleep(seconds))

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    monkeypatch.setattr(module, "_now", lambda: seen.now)
    monkeypatch.setattr(module.random, "uniform", lambda _, most: most)
    return seen


@pytest.mark.parametrize("chunk", FLOODS.values(), ids=FLOODS)
def test_of_a_flood_no_more_is_read_than_its_budget_and_then_its_end_from_time_to_time(reading, pauses, chunk):
    chunk = chunk or "".join(f"{line}\n" for line in lines(*range(40))).encode()

    async def play(reading):
        taken = []
        reading.server.logs["p"] = endless(chunk, taken)
        reading.follow()
        await pauses.enough.wait()
        ends, followed = taken[::2], taken[1::2]
        assert max(ends) <= module.MAX_END_BYTES + len(chunk)
        assert all(end <= 2 * len(chunk) for end in ends if chunk.count(b"\n") >= module.LAST_LINES)
        assert max(followed) <= module.BURST_BYTES + len(chunk)
        assert (len(ends), len(followed)) == (3, 3)
        assert all(pause >= flood for pause, flood in zip(pauses, [10, 20, 30], strict=True))
        assert max(pauses) <= module.MAX_RETRY_SECONDS

    reading(play)


def test_a_flood_leaves_the_event_loop_to_others(reading, pauses):
    async def play(reading):
        taken, turns = [], []
        reading.server.logs["p"] = endless(b"x" * 8192, taken)
        reading.follow()
        while not pauses.enough.is_set():
            turns.append(sum(taken))
            await asyncio.sleep(0)
        assert max(after - before for before, after in pairwise(turns)) <= 2 * 8192

    reading(play)


def test_progress_among_a_flood_is_known(reading, pauses):
    async def play(reading):
        ends = iter([1, 2, 3])

        def answer(follow):
            if not follow:
                return [b"\n" * 100, at(next(ends)).to_line(), b"\n" * 100_000]
            return endless(b"\n" * 4096, [])(follow)

        reading.server.logs["p"] = answer
        reading.follow()
        await pauses.enough.wait()
        assert reading.log.progress.step == 3

    reading(play)


def test_the_end_of_a_log_that_was_a_flood_is_read_when_its_pod_has_ended(reading, pauses):
    async def play(reading):
        floods = endless(b"x\n" * 4096, [])
        over = []
        reading.server.logs["p"] = lambda follow: [*lines(7), "Killed"] if over else floods(follow)
        reading.follow()
        await pauses.enough.wait()
        over.append(True)
        assert await reading.reader.read_to_end(KEY, [ENDED]) is True
        assert (reading.log.progress.step, reading.log.tail[-1]) == (7, "Killed")

    reading(play)


def test_a_log_that_has_no_end_was_read(reading):
    """What was written before the request has been read, however fast the log grows."""

    async def play(reading):
        reading.server.logs["p"] = lambda _: [*lines(4), *[b"\n" * 4096] * 10_000, ValueError("too much was read")]
        await reading.reader.check(KEY, RUN)
        assert (reading.log.progress.step, reading.view.read_at, reading.view.error) == (4, T0, "")
        reading.server.logs["p"] = lambda _: [*[b"\n" * 4096] * 10_000, ValueError("too much was read")]
        reading.passes(60)
        await reading.reader.check(KEY, RUN)
        assert (reading.view.read_at, reading.view.attempted_at, reading.view.error) == (T0, after(60), "")

    reading(play)


def test_that_a_flood_has_no_progress_at_its_end_is_not_evidence(reading, pauses):
    """Others may have come after the newest one: a training is not stopped because its code prints much."""
    pauses.most = 1

    async def play(reading):
        words = ["x"] * module.LAST_LINES
        reading.server.logs["p"] = script(lines(1), endless(b"x\n" * 4096, [])(True), words, words, lines(2), words)
        reading.follow()
        await pauses.enough.wait()
        seen = []
        for seconds in (60, 60, 60, 300):
            reading.passes(seconds)
            pauses.now += seconds
            await reading.reader.check(KEY, RUN)
            seen.append((reading.view.read_at, reading.view.attempted_at, reading.view.without_progress_since))
        assert seen == [
            (T0, after(60), after(60)),
            (T0, after(120), after(60)),
            (after(180), after(180), None),
            (after(480), after(480), after(480)),  # by then it is not a flood
        ]

    reading(play)


def test_a_log_that_is_not_a_flood_any_more_is_followed_again(reading, pauses):
    pauses.most = 2

    async def play(reading):
        taken = []
        flood = endless(b"x\n" * 4096, taken)
        reading.server.logs["p"] = script([], flood(True), [], [*lines(1), asyncio.Event()])
        reading.follow()
        await reading.requests(4)
        assert reading.log.progress.step == 1
        assert len(pauses) == 1

    reading(play)


def test_a_pod_that_writes_much_now_and_then_is_followed(reading, pauses):
    pauses.most = 1

    async def play(reading):
        much = b"x" * 99 + b"\n"
        reading.server.logs["p"] = script([], [much * 1000, *lines(1), asyncio.Event()])
        reading.follow()
        await reading.requests(2)
        assert (reading.log.progress.step, pauses) == (1, [])

    reading(play)


def test_only_the_first_progress_requests_a_reconcile_now():
    """What follows can wait for the next time: the status is not written more often either."""

    async def main():
        now, later = [], []
        server = FakeApiServer()
        reader = LogReader(server, now.append, lambda: T0, logging.getLogger("test"), on_progress=later.append)
        server.logs["p"] = script([], [*lines(1, 2, 3, 4), asyncio.Event()])
        reader.follow(KEY, [RUN])
        while len(later) < 3:
            await asyncio.sleep(0)
        assert (now, later) == ([KEY] * 2, [KEY] * 3)  # it could be read, and the first step
        await reader.close()

    asyncio.run(main())


# The end


def test_the_end_of_a_log_is_read_once(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1), [asyncio.Event()], [*lines(9), "Killed"])
        reading.follow()
        await reading.requests(2)
        assert await reading.reader.read_to_end(KEY, [ENDED]) is True
        assert (reading.log.progress.step, reading.log.tail[-1]) == (9, "Killed")
        assert await reading.reader.read_to_end(KEY, [ENDED]) is False
        assert reading.server.requests == [READ, FOLLOW, READ]

    reading(play)


def test_a_log_that_was_read_to_its_end_is_not_followed_again(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1), [asyncio.Event()], lines(9))
        reading.follow()
        await reading.requests(2)
        await reading.reader.read_to_end(KEY, [ENDED])
        reading.reader.follow(KEY, [ENDED])
        await asyncio.sleep(0)
        assert (len(reading.server.requests), reading.log.progress.step) == (3, 9)

    reading(play)


def test_a_live_run_is_not_read_to_its_end(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(1))
        reading.follow()
        await reading.requests(2)
        assert await reading.reader.read_to_end(KEY, [RUN]) is False

    reading(play)


def test_an_end_that_cannot_be_read_holds_nothing_up(reading):
    async def play(reading):
        reading.server.logs["p"] = script(lines(3), [asyncio.Event()], [ApiError(404, "", "not found")])
        reading.follow()
        await reading.requests(2)
        assert await reading.reader.read_to_end(KEY, [ENDED]) is True
        assert await reading.reader.read_to_end(KEY, [ENDED]) is False
        assert (reading.log.progress.step, reading.view.error) == (3, "not found")

    reading(play)

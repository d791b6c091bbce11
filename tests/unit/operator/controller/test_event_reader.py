"""Events of waiting objects are read with exponential backoff, and other objects are forgotten."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from aiohttp import ClientPayloadError

from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.event_reader import EventReader
from detector_operator.controller.store import ListResult
from support.fake_api_server import KEY, FakeApiServer
from support.kubernetes_objects import event, job, pod
from support.trainings import T0

PATH = "/api/v1/namespaces/team/events"
JOB, POD = job("train"), pod("train")


@pytest.fixture
def server():
    return FakeApiServer()


@pytest.fixture
def add(server):
    reader = EventReader(server, logging.getLogger("test"))

    def add(seconds, *waiting):
        return asyncio.run(reader.events(KEY, list(waiting), T0 + timedelta(seconds=seconds)))

    add.reader = reader
    return add


def test_at_first_it_may_only_be_slow(add, server):
    assert add(0, JOB) == ([], T0 + timedelta(seconds=10))
    assert add(9, JOB) == ([], T0 + timedelta(seconds=10))
    assert server.requests == []


def test_then_its_events_are_queries_for(add, server):
    told = event(JOB, "FailedCreate", "exceeded quota")
    server.lists[PATH] = ListResult([told], "1")
    add(0, JOB)
    assert add(10, JOB) == ([told], T0 + timedelta(seconds=13))
    assert server.requests == [("list", "events", f"involvedObject.uid={JOB['metadata']['uid']}")]


def test_between_two_times_the_last_answer_counts(add, server):
    told = event(JOB, "FailedCreate", "exceeded quota")
    server.lists[PATH] = ListResult([told], "1")
    add(0, JOB)
    add(10, JOB)
    assert add(11, JOB)[0] == [told]
    assert server.count("list") == 1


def test_what_waits_for_a_day_is_queries_about_every_five_minutes(add, server):
    for second in range(0, 24 * 3600, 100):
        add(second, JOB)
    assert server.count("list") < 24 * 12 + 5


def test_what_does_not_wait_any_more_is_forgotten(add):
    add(0, JOB, POD)
    add(1, POD)
    assert add.reader._queries[KEY].keys() == {POD["metadata"]["uid"]}
    add.reader.forget(KEY)
    assert add.reader._queries == {}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ApiError(403, "Forbidden", "events is forbidden"), "events is forbidden"),
        (TimeoutError(), "TimeoutError"),
        (ClientPayloadError("the connection was lost"), "the connection was lost"),
        (ConnectionResetError(104, "Connection reset by peer"), "reset by peer"),
    ],
    ids=["forbidden", "slow", "cut off", "reset"],
)
def test_events_that_cannot_be_read_hold_nothing_up(add, server, caplog, error, words):
    told = event(JOB, "FailedCreate", "exceeded quota")
    server.lists[PATH] = ListResult([told], "1")
    add(0, JOB)
    add(10, JOB)
    server.refusals["events"] = error
    assert add(13, JOB) == ([told], T0 + timedelta(seconds=22))  # what was read last still counts
    assert words in caplog.text

"""/healthz fails where a restart may help; /readyz answers once what is watched has been listed. Both say why not."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession, web

from detector_operator.controller.health import Health, served


@dataclass
class Watched:
    """A namespace that is watched."""

    not_listed: str | None = None
    attempted: bool = True
    failure: str | None = None
    wrong: str | None = None

    def broken(self):
        return self.wrong


FIRST = Watched("listing namespace a", attempted=False)
FINE = Watched()
LOST = Watched("cannot list namespace b: forbidden", failure="cannot list namespace b: forbidden")
LOST_LATER = Watched(failure="cannot watch namespace b: forbidden")
WEDGED = Watched(failure="cannot list namespace c: no answer", wrong="cannot list namespace c: no answer, for 31 min")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(path, *watches, routes=()):
    async def main():
        port = free_port()
        async with (
            served(port, Health(watches), routes),
            ClientSession(f"http://127.0.0.1:{port}") as session,
            session.get(path) as response,
        ):
            return response.status, await response.text()

    return asyncio.run(main())


def test_it_is_healthy_before_it_is_ready():
    assert answer("/healthz", FIRST) == (200, "ok\n")
    assert answer("/readyz", FIRST) == (503, "listing namespace a\n")


def test_it_is_ready_when_everything_has_been_listed():
    assert answer("/readyz", FINE, FINE) == (200, "ok\n")


def test_a_namespace_that_is_lost_does_not_make_the_others_unready():
    assert answer("/readyz", FINE, LOST) == (200, "ok\ncannot list namespace b: forbidden\n")


def test_one_that_is_still_being_listed_does():
    assert answer("/readyz", FINE, FIRST) == (503, "listing namespace a\n")


def test_it_is_not_ready_when_all_are_lost_from_the_start():
    assert answer("/readyz", LOST) == (503, "cannot list namespace b: forbidden\n")


def test_it_stays_ready_and_says_what_was_lost_later():
    assert answer("/readyz", LOST_LATER) == (200, "ok\ncannot watch namespace b: forbidden\n")


@pytest.mark.parametrize("watch", [LOST, LOST_LATER])
def test_it_is_healthy_although_a_namespace_is_lost(watch):
    assert answer("/healthz", watch) == (200, "ok\n")


def test_it_is_unhealthy_where_a_restart_may_help_and_reports_why():
    assert answer("/healthz", FINE, WEDGED) == (503, "cannot list namespace c: no answer, for 31 min\n")


def test_other_routes_can_be_served_beside_the_probes():
    async def metrics(_):
        return web.Response(text="up 1\n")

    assert answer("/metrics", FINE, routes=[web.get("/metrics", metrics)]) == (200, "up 1\n")


def test_a_port_that_is_taken_is_reported():
    async def main():
        with socket.socket() as taken:
            taken.bind(("", 0))
            taken.listen()
            async with served(taken.getsockname()[1], Health([FINE])):
                pass

    with pytest.raises(OSError, match="address already in use"):
        asyncio.run(main())

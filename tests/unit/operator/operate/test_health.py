"""/healthz answers as long as the event loop runs; /readyz once everything has been read."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp import ClientSession

from detector_operator.operate.health import served


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(ready):
    async def main():
        port = free_port()
        async with served(port, lambda: ready), ClientSession(f"http://127.0.0.1:{port}") as session:
            found = []
            for path in ("/healthz", "/readyz"):
                async with session.get(path) as response:
                    found.append(response.status)
            return found

    return asyncio.run(main())


def test_it_is_healthy_before_it_is_ready():
    assert answers(ready=False) == [200, 503]


def test_it_is_ready():
    assert answers(ready=True) == [200, 200]


def test_a_port_that_is_taken_is_told():
    async def main():
        with socket.socket() as taken:
            taken.bind(("", 0))
            taken.listen()
            async with served(taken.getsockname()[1], lambda: True):
                pass

    with pytest.raises(OSError, match="address already in use"):
        asyncio.run(main())

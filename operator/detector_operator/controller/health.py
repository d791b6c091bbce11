"""Serve the probes. /healthz fails if a restart may help; /readyz until the watched resources have been listed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from detector_operator.controller.http_server import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Watched(Protocol):
    """Describe the state of one watched namespace (see watch.Watch)."""

    @property
    def attempted(self) -> bool:
        """Return whether the first attempt to list it has ended."""

    @property
    def not_listed(self) -> str | None:
        """Return why it has not been listed yet."""

    @property
    def failure(self) -> str | None:
        """Return why it cannot be listed or watched now."""

    def broken(self) -> str | None:
        """Return why a restart of the process may help."""


class Health:
    """Compute the results of the probes.

    Ready means that at least one namespace has been listed and that none is being listed for the first time: one inaccessible
    namespace does not make the others unready. Alive requires less: restarting the client does not help if the API server is
    unreachable or rejects every request.
    """

    def __init__(self, watches: Iterable[Watched]) -> None:
        self._watches = tuple(watches)

    def unhealthy(self) -> list[str]:
        """Return why the process should be restarted; empty if it should not."""
        return [reason for watch in self._watches if (reason := watch.broken()) is not None]

    def unready(self) -> list[str]:
        """Return why it is not ready; empty if it is."""
        listed = any(watch.not_listed is None for watch in self._watches)
        return [
            reason for watch in self._watches if (reason := watch.not_listed) is not None and not (listed and watch.attempted)
        ]

    def failures(self) -> list[str]:
        """Return what cannot be listed or watched now."""
        return [failure for watch in self._watches if (failure := watch.failure) is not None]


@asynccontextmanager
async def served(port: int, health: Health, routes: Iterable[web.RouteDef] = ()) -> AsyncIterator[None]:
    """Serve the probes, and other routes, while the context is open. The body contains why a probe fails.

    Raises:
        OSError: the port is in use.
    """

    async def healthz(_: web.Request) -> web.Response:
        return _respond(health.unhealthy())

    async def readyz(_: web.Request) -> web.Response:
        return _respond(health.unready(), health.failures())

    async with listening(port, [web.get("/healthz", healthz), web.get("/readyz", readyz), *routes]):
        yield


def _respond(problems: list[str], notes: Iterable[str] = ()) -> web.Response:
    if problems:
        return web.Response(status=503, text="".join(f"{problem}\n" for problem in problems))
    return web.Response(text="".join(f"{line}\n" for line in ("ok", *notes)))

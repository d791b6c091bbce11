"""/healthz: a restart would not help. /readyz: what is watched has been listed, and its resources are being reconciled."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Watched(Protocol):
    """What is asked about each namespace that is watched (see watch.Watch)."""

    @property
    def attempted(self) -> bool:
        """Whether the first attempt to list it has ended."""

    @property
    def not_listed(self) -> str | None:
        """Why nothing is known of it yet."""

    @property
    def failure(self) -> str | None:
        """Why it cannot be listed or watched now."""

    def broken(self) -> str | None:
        """Why a restart of the process may help."""


class Health:
    """What the probes are answered.

    Ready means that at least one namespace has been listed and that none is still being listed for the first time: one that is
    lost does not make the others unready. Alive means less than that: an API server that is unreachable or refuses every request
    is not cured by a restart of its client.
    """

    def __init__(self, watches: Iterable[Watched]) -> None:
        self._watches = tuple(watches)

    def unhealthy(self) -> list[str]:
        """Why the process should be restarted; empty if it should not."""
        return [reason for watch in self._watches if (reason := watch.broken()) is not None]

    def unready(self) -> list[str]:
        """Why it is not ready; empty if it is."""
        listed = any(watch.not_listed is None for watch in self._watches)
        return [
            reason for watch in self._watches if (reason := watch.not_listed) is not None and not (listed and watch.attempted)
        ]

    def failures(self) -> list[str]:
        """What cannot be listed or watched now, of everything that is watched."""
        return [failure for watch in self._watches if (failure := watch.failure) is not None]


@asynccontextmanager
async def served(port: int, health: Health, routes: Iterable[web.RouteDef] = ()) -> AsyncIterator[None]:
    """Serve the probes, and other routes, while the context is open. The body says why a probe fails.

    Raises:
        OSError: the port is taken.
    """

    async def healthz(_: web.Request) -> web.Response:
        return _answer(health.unhealthy())

    async def readyz(_: web.Request) -> web.Response:
        return _answer(health.unready(), health.failures())

    application = web.Application()
    application.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), *routes])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        yield
    finally:
        await runner.cleanup()


def _answer(problems: list[str], notes: Iterable[str] = ()) -> web.Response:
    if problems:
        return web.Response(status=503, text="".join(f"{problem}\n" for problem in problems))
    return web.Response(text="".join(f"{line}\n" for line in ("ok", *notes)))

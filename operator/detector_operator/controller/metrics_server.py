"""Serve /metrics on its own port: scrapers need no access to the probes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from aiohttp import web

from detector_operator.controller.http_server import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

INLINE_BYTES: Final = 1 << 14
"""Larger responses are compressed in a thread."""


@asynccontextmanager
async def metrics_served(port: int, exposition: Callable[[str], tuple[bytes, str]]) -> AsyncIterator[None]:
    """Serve /metrics while the context is open. Does nothing if the port is 0.

    Args:
        port: the port to listen on.
        exposition: renders the metrics for an Accept header; returns body and content type. Called in a thread: with
            thousands of trainings it takes longer than a reconcile may be delayed.

    Raises:
        OSError: the port is in use.
    """
    if port == 0:
        yield
        return
    one_at_a_time = asyncio.Lock()

    async def metrics(request: web.Request) -> web.Response:
        async with one_at_a_time:
            body, content_type = await asyncio.to_thread(exposition, request.headers.get("Accept", ""))
        response = web.Response(body=body, headers={"Content-Type": content_type}, zlib_executor_size=INLINE_BYTES)
        response.enable_compression()
        return response

    async with listening(port, [web.get("/metrics", metrics)]):
        yield

"""A server on 127.0.0.1 that speaks like an API server, as far as a test defines."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from kubernetes.aio.client import ApiClient, Configuration

from detector_operator.controller.api_server import ApiServer


@asynccontextmanager
async def serving(answer):
    """Its address; `answer` takes every request."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.01)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def talk():
    """Runs a conversation of an ApiServer with a server that answers like this; no connection is left in use."""

    def run(answer, conversation):
        async def main():
            async with serving(answer) as address:
                configuration = Configuration()
                configuration.host = address
                async with ApiClient(configuration) as client:
                    result = await conversation(ApiServer(client))
                    connector = client.rest_client.pool_manager.connector
                    assert not connector._acquired
                    return result

        return asyncio.run(main())

    return run


def status(code, message, **more):
    """An error response of the API server."""
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "code": code, **more}
    return web.json_response(body, status=code)


@pytest.fixture
def refusal():
    """An error response of the API server."""
    return status


@pytest.fixture
def server_of():
    """A server that answers like this, as a context."""
    return serving

"""Connections notice that the other end is gone, and trust the certificates that are on disk now."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientConnectorCertificateError, web

from cluster.certificates import Authority
from detector_operator.controller import connection
from detector_operator.controller.api_server import CORE, ApiServer
from detector_operator.controller.connection import connect, follow_certificates
from detector_operator.controller.sockets import IDLE_SECONDS, PROBE_SECONDS, PROBES


@asynccontextmanager
async def cluster(folder, monkeypatch, authority):
    """An API server with a certificate of this authority, as a pod sees it. Its answer is the token that it was given."""

    async def answer(request):
        return web.json_response({"token": request.headers.get("Authorization")})

    crt, key = authority.issue("server", names=("127.0.0.1",)).write(folder, "server")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(crt, key)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(site._server.sockets[0].getsockname()[1]))
        yield
    finally:
        await runner.cleanup()


@pytest.fixture
def pod(tmp_path, monkeypatch):
    """The directory of a pod's service account."""
    (tmp_path / "token").write_text("first")
    incluster = "kubernetes.aio.config.incluster_config"
    monkeypatch.setattr(f"{incluster}.SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(f"{incluster}.SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    monkeypatch.setattr(connection, "CERTIFICATE_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(connection, "OLD_CONNECTIONS_SECONDS", 0)
    return tmp_path


async def token(server):
    return (await server.read(CORE, "team", "pods", "p"))["token"]


def test_a_connection_notices_that_the_other_end_is_gone(pod, monkeypatch):
    authority = Authority("one")
    (pod / "ca.crt").write_bytes(authority.certificate)

    async def main():
        async with cluster(pod, monkeypatch, authority):
            client = await connect()
            await token(ApiServer(client))
            ((protocol, _),) = next(iter(client.rest_client.pool_manager.connector._conns.values()))
            found = protocol.transport.get_extra_info("socket")
            assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == IDLE_SECONDS
            assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == (IDLE_SECONDS + PROBE_SECONDS * PROBES) * 1000
            await client.close()

    asyncio.run(main())


def test_certificates_that_change_on_disk_are_trusted_from_then_on(pod, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    before, after = Authority("before"), Authority("after")
    (pod / "ca.crt").write_bytes(before.certificate)

    async def main():
        changed = asyncio.Event()
        async with cluster(pod, monkeypatch, after):
            server = ApiServer(await connect())
            following = asyncio.create_task(follow_certificates(server, changed.set, logging.getLogger("test")))
            with pytest.raises(ClientConnectorCertificateError):
                await token(server)
            (pod / "ca.crt").write_bytes(after.certificate)
            await changed.wait()
            assert await token(server) == "bearer first"
            following.cancel()
            await asyncio.wait([following])
            await server.client.close()

    asyncio.run(main())
    assert "the CA certificates have changed: reconnecting" in caplog.text


def test_certificates_that_are_half_written_change_nothing(pod, monkeypatch, caplog):
    authority = Authority("one")
    (pod / "ca.crt").write_bytes(authority.certificate)

    async def main():
        changed = asyncio.Event()
        async with cluster(pod, monkeypatch, authority):
            server = ApiServer(await connect())
            client = server.client
            following = asyncio.create_task(follow_certificates(server, changed.set, logging.getLogger("test")))
            await asyncio.sleep(0)  # it has read them
            (pod / "ca.crt").write_text("-----BEGIN CERT")
            while "cannot load the changed CA certificates" not in caplog.text:
                await asyncio.sleep(0.001)
            assert (server.client is client, changed.is_set()) == (True, False)
            assert await token(server) == "bearer first"
            (pod / "ca.crt").write_bytes(Authority("two").certificate)
            await changed.wait()
            following.cancel()
            await asyncio.wait([following])
            await server.client.close()

    asyncio.run(main())


@pytest.mark.parametrize("missing", [False, True])
def test_certificates_that_do_not_change_or_are_missing_for_a_moment_are_no_news(pod, monkeypatch, missing):
    authority = Authority("one")
    (pod / "ca.crt").write_bytes(authority.certificate)
    looks = []
    digest = connection._digest
    monkeypatch.setattr(connection, "_digest", lambda path: looks.append(path) or digest(path))

    async def main():
        async with cluster(pod, monkeypatch, authority):
            server = ApiServer(await connect())
            client = server.client
            following = asyncio.create_task(follow_certificates(server, pytest.fail, logging.getLogger("test")))
            await asyncio.sleep(0)
            if missing:
                (pod / "ca.crt").unlink()
            while len(looks) < 5:
                await asyncio.sleep(0.001)
            assert server.client is client
            following.cancel()
            await asyncio.wait([following])
            await client.close()

    asyncio.run(main())


def test_a_token_that_was_renewed_is_read_again(pod, monkeypatch):
    authority = Authority("one")
    (pod / "ca.crt").write_bytes(authority.certificate)

    async def main():
        async with cluster(pod, monkeypatch, authority):
            client = await connect()
            server = ApiServer(client)
            assert await token(server) == "bearer first"
            (pod / "token").write_text("second")
            loader = client.configuration.refresh_api_key_hook.__closure__
            (its,) = [cell.cell_contents for cell in loader if hasattr(cell.cell_contents, "token_expires_at")]
            its.token_expires_at = its.token_expires_at.min  # a minute is over
            assert await token(server) == "bearer second"
            await client.close()

    asyncio.run(main())

"""The client that all requests but kopf's go through: credentials, connections, and the certificates that it trusts."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from aiohttp import TCPConnector
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.client.rest import RESTClientObject

from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.sockets import keepalive_socket

NO_CONNECTION_LIMIT: Final = 0
"""Every running trainer's log takes a connection: were they limited, they could leave none for all else."""
CONNECTION_BUFFER: Final = 1 << 15
"""Bytes of a TLS connection; a record needs half of them. asyncio's own 256 KiB, for each of hundreds of logs, are more than all
else."""
CERTIFICATE_CHECK_SECONDS: Final = 60.0
OLD_CONNECTIONS_SECONDS: Final = 20.0
"""How long requests that were sent before the certificates changed have to end: longer than any but a followed log may take."""


class _Rest(RESTClientObject):  # type: ignore[misc, no-any-unimported, unused-ignore]
    def _create_connector(self) -> TCPConnector:
        return TCPConnector(limit=NO_CONNECTION_LIMIT, ssl=self.ssl_context, socket_factory=keepalive_socket)


async def connect() -> ApiClient:
    """Create a client with the credentials of the pod's service account, or else of the kubeconfig.

    Raises:
        kubernetes.aio.config.ConfigException: there is neither.
    """
    configuration = Configuration()
    try:
        # It reads the token again every minute: the kubelet renews it.
        config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException:
        await config.load_kube_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    # Else every request waits twice for a thread, which looks for ~/.netrc and a proxy in the environment; kopf heeds neither.
    configuration.client_session_kwargs = {"trust_env": False}
    SSLProtocol.max_size = CONNECTION_BUFFER
    client = ApiClient(configuration)
    client.rest_client = _Rest(configuration)
    return client


async def follow_certificates(server: ApiServer, changed: Callable[[], None], logger: logging.Logger) -> NoReturn:
    """Replace the client of `server` when the certificates that it trusts change on disk. Runs until cancelled.

    Args:
        server: whose client is replaced.
        changed: is called after that, for those who have connections of their own.
        logger: for what happens.
    """
    trusted = _digest(server.client.configuration.ssl_ca_cert)
    while True:
        await asyncio.sleep(CERTIFICATE_CHECK_SECONDS)
        found = _digest(server.client.configuration.ssl_ca_cert)
        if found in (None, trusted):
            continue
        try:
            newer = await connect()
        except Exception as error:  # noqa: BLE001 - a file that is half written, say: those that are trusted stay
            logger.warning("cannot load the changed CA certificates: %s", error)
            continue
        trusted = found
        logger.info("the CA certificates have changed: connecting again")
        older = server.use(newer)
        changed()
        try:
            await asyncio.sleep(OLD_CONNECTIONS_SECONDS)
        finally:
            await older.close()  # type: ignore[no-untyped-call]


def _digest(path: str | None) -> bytes | None:
    """Digest of a file; None if it cannot be read, or if there is none."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).digest() if path else None
    except OSError:
        return None

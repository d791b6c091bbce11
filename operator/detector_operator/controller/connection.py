"""Create the client for all requests except kopf's: credentials, connections and trusted certificates."""

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

from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.sockets import keepalive_socket

NO_CONNECTION_LIMIT: Final = 0
"""The log of each running trainer uses a connection: with a limit they could leave none for other requests."""
CONNECTION_BUFFER: Final = 1 << 15
"""Bytes buffered per TLS connection; a TLS record needs half of them. asyncio's default of 256 KiB, for each of hundreds of logs,
is more than everything else."""
CERTIFICATE_CHECK_SECONDS: Final = 60.0
OLD_CONNECTIONS_SECONDS: Final = 20.0
"""How long requests sent before the certificates changed may take to complete: longer than any except a followed log."""


class _Rest(RESTClientObject):  # type: ignore[misc, no-any-unimported, unused-ignore]
    def _create_connector(self) -> TCPConnector:
        return TCPConnector(limit=NO_CONNECTION_LIMIT, ssl=self.ssl_context, socket_factory=keepalive_socket)


async def connect() -> ApiClient:
    """Create a client with the credentials of the pod's service account, or else of the kubeconfig.

    Raises:
        kubernetes.aio.config.ConfigException: neither exists.
    """
    configuration = Configuration()
    try:
        # It rereads the token every minute: the kubelet renews it.
        config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException:
        await config.load_kube_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    # Otherwise every request waits twice for a thread that looks for ~/.netrc and a proxy; kopf uses neither.
    configuration.client_session_kwargs = {"trust_env": False}
    SSLProtocol.max_size = CONNECTION_BUFFER
    client = ApiClient(configuration)
    client.rest_client = _Rest(configuration)
    return client


async def follow_certificates(server: ApiServer, changed: Callable[[], None], logger: logging.Logger) -> NoReturn:
    """Replace the client of `server` when its trusted certificates change on disk. Runs until cancelled.

    Args:
        server: the API server whose client is replaced.
        changed: called after that, to restart other connections.
        logger: receives changes and errors.
    """
    trusted = _digest(server.client.configuration.ssl_ca_cert)
    while True:
        await asyncio.sleep(CERTIFICATE_CHECK_SECONDS)
        found = _digest(server.client.configuration.ssl_ca_cert)
        if found in (None, trusted):
            continue
        try:
            newer = await connect()
        except Exception as error:  # noqa: BLE001 - for example a partly written file: the current certificates stay
            logger.warning("cannot load the changed CA certificates: %s", error)
            continue
        trusted = found
        logger.info("the CA certificates have changed: reconnecting")
        older = server.replace_client(newer)
        changed()
        try:
            await asyncio.sleep(OLD_CONNECTIONS_SECONDS)
        finally:
            await older.close()  # type: ignore[no-untyped-call]


def _digest(path: str | None) -> bytes | None:
    """Return the digest of a file; None if it does not exist or cannot be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).digest() if path else None
    except OSError:
        return None

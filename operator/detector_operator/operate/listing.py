"""Whole lists of what is watched: at the start, and from time to time, for a watch may have missed something."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from detector_operator.api.resource import PLURAL
from detector_operator.operate.api_server import CORE, JOBS, RESOURCES, ApiServer
from detector_operator.operate.queue import Queue
from detector_operator.operate.store import Listed, Store
from detector_operator.specs.labels import MANAGED_BY, MANAGER
from detector_operator.specs.manifest import Manifest

SELECTOR: Final = f"{MANAGED_BY}={MANAGER}"
"""Our own Jobs and pods."""
RESYNC_SECONDS: Final = 600.0


async def read_all(server: ApiServer, store: Store, namespaces: Sequence[str]) -> None:
    """Reads everything; the store holds it afterwards.

    Raises:
        ApiError: it may not be read, or the API server does not know the resource.
    """
    # Resources first: what is known of their Jobs is never older than they are.
    resources = await _everywhere(server, RESOURCES, PLURAL, namespaces, store.has_resource)
    jobs = await _everywhere(server, JOBS, "jobs", namespaces, store.has_job, labelSelector=SELECTOR)
    pods = await _everywhere(server, CORE, "pods", namespaces, store.has_pod, labelSelector=SELECTOR)
    store.replace(resources, jobs, pods)


async def resync(server: ApiServer, store: Store, queue: Queue, namespaces: Sequence[str], logger: logging.Logger) -> None:
    """Reads everything anew from time to time, and has every resource reconciled."""
    while True:
        await asyncio.sleep(RESYNC_SECONDS)
        before = set(store)
        try:
            await read_all(server, store, namespaces)
        except Exception as error:  # noqa: BLE001 - the next time will do
            logger.warning("resync: %r", error)
            continue
        for key in before.union(store):  # one that is gone has something to clean up
            queue.ask(key)


async def _everywhere(
    server: ApiServer, prefix: str, plural: str, namespaces: Sequence[str], known: Callable[[Manifest], bool], **query: str
) -> Listed:
    paths = [f"{prefix}/namespaces/{namespace}/{plural}" for namespace in namespaces] or [f"{prefix}/{plural}"]
    lists = [await server.list(path, known, **query) for path in paths]
    # Of several namespaces the first is the oldest: nothing that came later counts as gone.
    manifests = [manifest for each in lists for manifest in each.manifests]
    return Listed(manifests, lists[0].version, frozenset().union(*(each.left_out for each in lists)))

"""Whole lists of what is watched: before a watch begins, and from time to time, for a watch may have missed something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from detector_operator.api.resource import PLURAL
from detector_operator.operate.api_server import CORE, JOBS, RESOURCES, ApiServer
from detector_operator.operate.store import Listed, Store
from detector_operator.specs.labels import MANAGED_BY, MANAGER
from detector_operator.specs.manifest import Manifest

SELECTOR: Final = f"{MANAGED_BY}={MANAGER}"
"""Our own Jobs and pods."""


async def read_all(server: ApiServer, store: Store, namespace: str | None) -> None:
    """Read everything in a namespace, or in the cluster; the store holds it afterwards. If it fails, the store is unchanged.

    Raises:
        ApiError: it may not be read, or the API server does not know the resource.
        aiohttp.ClientError: the API server cannot be reached.
        TimeoutError: it does not answer.
    """
    # Resources first: what is known of their Jobs is never older than they are.
    resources = await _list(server, RESOURCES, PLURAL, namespace, store.has_resource)
    jobs = await _list(server, JOBS, "jobs", namespace, store.has_job, labelSelector=SELECTOR)
    pods = await _list(server, CORE, "pods", namespace, store.has_pod, labelSelector=SELECTOR)
    store.replace(resources, jobs, pods, namespace)


async def _list(
    server: ApiServer, prefix: str, plural: str, namespace: str | None, known: Callable[[Manifest], bool], **query: str
) -> Listed:
    where = prefix if namespace is None else f"{prefix}/namespaces/{namespace}"
    return await server.list(f"{where}/{plural}", known, **query)

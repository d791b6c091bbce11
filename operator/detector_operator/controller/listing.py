"""Read complete lists: before a watch starts, and periodically, because a watch may miss changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from detector_operator.api.resource import PLURAL
from detector_operator.builders.labels import MANAGED_BY, MANAGER
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_server import CORE, JOBS, RESOURCES, ApiServer
from detector_operator.controller.store import ListResult, Store

SELECTOR: Final = f"{MANAGED_BY}={MANAGER}"
"""Selects the Jobs and pods of the operator."""


async def read_all(server: ApiServer, store: Store, namespace: str | None) -> None:
    """List all watched objects in a namespace, or in the cluster, into the store. On an error the store is unchanged.

    Raises:
        ApiError: a list is forbidden, or the CustomResourceDefinition is not installed.
        aiohttp.ClientError: the API server is unreachable.
        TimeoutError: it does not respond.
    """
    # Resources first: their Jobs are then never older than they are.
    resources = await _list(server, RESOURCES, PLURAL, namespace, store.has_resource)
    jobs = await _list(server, JOBS, "jobs", namespace, store.has_job, labelSelector=SELECTOR)
    pods = await _list(server, CORE, "pods", namespace, store.has_pod, labelSelector=SELECTOR)
    store.replace(resources, jobs, pods, namespace)


async def _list(
    server: ApiServer, prefix: str, plural: str, namespace: str | None, known: Callable[[Manifest], bool], **query: str
) -> ListResult:
    where = prefix if namespace is None else f"{prefix}/namespaces/{namespace}"
    return await server.list(f"{where}/{plural}", known, **query)

"""Handle kopf's events: every handler updates the store and queues the resource. None of them decides anything.

kopf guarantees no order between kinds, or between objects with the same name: the store resolves that. It is filled from complete
lists first (see `listing`), so that no resource is reconciled before its Jobs are known. An object that is already known, from a
list or from the response to a request, is ignored.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final, cast

import kopf

from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_server import UNCOMPRESSED, USER_AGENT
from detector_operator.controller.listing import SELECTOR
from detector_operator.controller.store import NamespacedName, Store
from detector_operator.controller.workqueue import WorkQueue

JOBS: Final = ("batch", "v1", "jobs")
PODS: Final = ("", "v1", "pods")
DELETED: Final = "DELETED"
IDLE_SECONDS: Final = 0.2
"""How long kopf keeps an idle object in memory: after a list these are all objects."""

INACTIVITY_SECONDS: Final = 70.0
"""API servers send a bookmark every 60 s, and remember events for 75 s."""
WATCH_SECONDS: Final = 600
"""How long one watch request lasts. A revoked permission is noticed by the next one."""
REQUEST_SECONDS: Final = 30
CONNECT_SECONDS: Final = 15
ERROR_BACKOFFS: Final = (1, 2, 4)
"""Kopf's delays between attempts. After the last one kopf fails; then `watch` lists until that succeeds, and restarts it."""


class _Connection(kopf.ConnectionInfo):
    """Set the User-Agent of kopf's requests."""

    def as_http_headers(self) -> dict[str, str]:
        return {**super().as_http_headers(), "User-Agent": USER_AGENT, **UNCOMPRESSED}


class _NoDiffs(kopf.DiffBaseStorage):
    """Disable kopf's diffs: no handler uses them, and copying each object for them is most of kopf's work."""

    def build(self, **_: object) -> kopf.BodyEssence:
        return kopf.BodyEssence()

    def fetch(self, **_: object) -> None:
        return None

    def store(self, **_: object) -> None:
        """Store nothing."""


def registry(store: Store, queue: WorkQueue) -> kopf.OperatorRegistry:
    """Create the handlers.

    Args:
        store: holds the objects.
        queue: receives the resources to reconcile.
    """
    handlers = kopf.OperatorRegistry()

    def add(key: NamespacedName | None) -> None:
        if key is not None and store.resource(key) is not None:
            queue.add(key)

    @kopf.on.login(registry=handlers)
    async def login(**known: Any) -> kopf.ConnectionInfo | None:
        found = kopf.login_with_service_account(**known) or kopf.login_with_kubeconfig(**known)
        return _Connection(**{field.name: getattr(found, field.name) for field in fields(found)}) if found else None

    @kopf.on.event(*JOBS, registry=handlers)
    async def job(event: kopf.RawEvent, **_: object) -> None:
        manifest = _manifest(event)
        if event["type"] == DELETED:
            add(store.drop_job(manifest))
        elif not store.has_job(manifest):
            add(store.put_job(manifest))

    @kopf.on.event(*PODS, registry=handlers)
    async def pod(event: kopf.RawEvent, **_: object) -> None:
        manifest = _manifest(event)
        if event["type"] == DELETED:
            add(store.drop_pod(manifest))
        elif not store.has_pod(manifest):
            add(store.put_pod(manifest))

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=handlers)
    async def training(event: kopf.RawEvent, **_: object) -> None:
        manifest = _manifest(event)
        if event["type"] == DELETED:
            key = store.drop_resource(manifest)
            if key is not None:
                queue.add(key)  # to clean up its state
        elif not store.has_resource(manifest):
            add(store.put_resource(manifest))

    return handlers


def _manifest(event: kopf.RawEvent) -> Manifest:
    """Return the object of an event. kopf's type for it has only the fields that kopf uses."""
    return cast(Manifest, event["object"])


def settings(page: int) -> kopf.OperatorSettings:
    """Return kopf's settings: no events, no finalizers, no peers; watch only own Jobs and pods, and keep none of their state.

    Args:
        page: number of objects in one response of the lists with which kopf begins.

    A watch that receives nothing, not even the bookmark that an API server sends every minute, is reopened.
    """
    chosen = kopf.OperatorSettings()
    # Otherwise kopf kills the process some minutes after one of several operators in it was stopped.
    chosen.process.ultimate_exiting_timeout = None
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.scanning.disabled = True
    chosen.watching.label_selectors[JOBS] = SELECTOR
    chosen.watching.label_selectors[PODS] = SELECTOR
    chosen.watching.chunk_size = page
    chosen.watching.inactivity_timeout = INACTIVITY_SECONDS
    chosen.watching.server_timeout = WATCH_SECONDS
    chosen.watching.client_timeout = WATCH_SECONDS + REQUEST_SECONDS
    chosen.watching.connect_timeout = CONNECT_SECONDS
    chosen.networking.request_timeout = REQUEST_SECONDS
    chosen.networking.connect_timeout = CONNECT_SECONDS
    chosen.networking.error_backoffs = ERROR_BACKOFFS
    chosen.queueing.idle_timeout = IDLE_SECONDS
    chosen.persistence.diffbase_storage = _NoDiffs()
    return chosen

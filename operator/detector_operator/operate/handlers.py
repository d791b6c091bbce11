"""What kopf calls: every handler takes down what it is told, and asks for a reconcile. None of them decides anything.

kopf promises no order between kinds, or between objects that had the same name: the store sorts that out. It begins with whole
lists (see `listing`), so that no resource is reconciled before its Jobs are known. What is known already, from them or from the
answer to a request of our own, is no news.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final, cast

import kopf

from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.operate.api_server import UNCOMPRESSED, USER_AGENT
from detector_operator.operate.listing import SELECTOR
from detector_operator.operate.queue import Queue
from detector_operator.operate.store import Key, Store
from detector_operator.specs.manifest import Manifest

JOBS: Final = ("batch", "v1", "jobs")
PODS: Final = ("", "v1", "pods")
DELETED: Final = "DELETED"
PAGE: Final = 20
"""Objects in one answer of a list of kopf's, which reads whole ones, whatever is in them."""
IDLE_SECONDS: Final = 0.2
"""How long kopf keeps what it was told last: after a list that is every object."""

INACTIVITY_SECONDS: Final = 70.0
"""API servers send a bookmark every 60 s, and remember events for 75 s."""
WATCH_SECONDS: Final = 600
"""How long one watch request lasts. A right that was taken away is noticed at the next one."""
REQUEST_SECONDS: Final = 30
CONNECT_SECONDS: Final = 15
ERROR_BACKOFFS: Final = (1, 2, 4)
"""Pauses of kopf between attempts. After the last one it gives up; then `watch` lists, until that works, and begins again."""


class _Connection(kopf.ConnectionInfo):
    """kopf's requests bear our name, as all others do."""

    def as_http_headers(self) -> dict[str, str]:
        return {**super().as_http_headers(), "User-Agent": USER_AGENT, **UNCOMPRESSED}


class _NoDiffs(kopf.DiffBaseStorage):
    """No handler asks what has changed in an object: to copy it each time kopf is told of it is most of kopf's work."""

    def build(self, **_: object) -> kopf.BodyEssence:
        return kopf.BodyEssence()

    def fetch(self, **_: object) -> None:
        return None

    def store(self, **_: object) -> None:
        """Nothing."""


def registry(store: Store, queue: Queue) -> kopf.OperatorRegistry:
    """Create the handlers.

    Args:
        store: takes what they are told.
        queue: is asked for reconciles.
    """
    handlers = kopf.OperatorRegistry()

    def ask(key: Key | None) -> None:
        if key is not None and store.resource(key) is not None:
            queue.ask(key)

    @kopf.on.login(registry=handlers)
    async def login(**known: Any) -> kopf.ConnectionInfo | None:
        found = kopf.login_with_service_account(**known) or kopf.login_with_kubeconfig(**known)
        return _Connection(**{field.name: getattr(found, field.name) for field in fields(found)}) if found else None

    @kopf.on.event(*JOBS, registry=handlers)
    async def job(event: kopf.RawEvent, **_: object) -> None:
        manifest = _manifest(event)
        if event["type"] == DELETED:
            ask(store.drop_job(manifest))
        elif not store.has_job(manifest):
            ask(store.put_job(manifest))

    @kopf.on.event(*PODS, registry=handlers)
    async def pod(event: kopf.RawEvent, **_: object) -> None:
        manifest = _manifest(event)
        if event["type"] == DELETED:
            ask(store.drop_pod(manifest))
        elif not store.has_pod(manifest):
            ask(store.put_pod(manifest))

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=handlers)
    async def training(event: kopf.RawEvent, **_: object) -> None:
        manifest = _manifest(event)
        if event["type"] == DELETED:
            key = store.drop_resource(manifest)
            if key is not None:
                queue.ask(key)  # there is something to clean up
        elif not store.has_resource(manifest):
            ask(store.put_resource(manifest))

    return handlers


def _manifest(event: kopf.RawEvent) -> Manifest:
    """Return the object that an event is about. kopf has a type for it, with the few fields that it uses itself."""
    return cast(Manifest, event["object"])


def settings() -> kopf.OperatorSettings:
    """No events by kopf, no finalizers, no peers; only our own Jobs and pods are watched, and kopf remembers nothing of them.

    A watch on which nothing comes, not even the bookmark that an API server sends every minute, is given up and opened again.
    """
    chosen = kopf.OperatorSettings()
    # It would kill the process some minutes after one of several operators in it was stopped.
    chosen.process.ultimate_exiting_timeout = None
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.scanning.disabled = True
    chosen.watching.label_selectors[JOBS] = SELECTOR
    chosen.watching.label_selectors[PODS] = SELECTOR
    chosen.watching.chunk_size = PAGE
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

"""What kopf calls: every handler takes down what it is told, and asks for a reconcile. None of them decides anything.

kopf promises no order between kinds, or between objects that had the same name: the store sorts that out. It begins with whole
lists (see `listing`), so that no resource is reconciled before its Jobs are known.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import kopf

from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.operate.listing import SELECTOR
from detector_operator.operate.queue import Queue
from detector_operator.operate.store import Key, Store

JOBS: Final = ("batch", "v1", "jobs")
PODS: Final = ("", "v1", "pods")
DELETED: Final = "DELETED"


def registry(store: Store, queue: Queue, close: Callable[[], Awaitable[None]]) -> kopf.OperatorRegistry:
    """The handlers.

    Args:
        store: takes what they are told.
        queue: is asked for reconciles.
        close: ends what goes on beside kopf, which otherwise waits for it before it kills it.
    """
    handlers = kopf.OperatorRegistry()

    def ask(key: Key | None) -> None:
        if key is not None and store.resource(key) is not None:
            queue.ask(key)

    @kopf.on.login(registry=handlers)
    async def login(**known: Any) -> kopf.ConnectionInfo | None:
        return kopf.login_with_service_account(**known) or kopf.login_with_kubeconfig(**known)

    @kopf.on.cleanup(registry=handlers)
    async def cleanup(**_: Any) -> None:
        await close()

    @kopf.on.event(*JOBS, registry=handlers)
    async def job(event: kopf.RawEvent, **_: Any) -> None:
        manifest: Any = event["object"]
        ask(store.drop_job(manifest) if event["type"] == DELETED else store.put_job(manifest))

    @kopf.on.event(*PODS, registry=handlers)
    async def pod(event: kopf.RawEvent, **_: Any) -> None:
        manifest: Any = event["object"]
        ask(store.drop_pod(manifest) if event["type"] == DELETED else store.put_pod(manifest))

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=handlers)
    async def training(event: kopf.RawEvent, **_: Any) -> None:
        manifest: Any = event["object"]
        key = store.drop_resource(manifest) if event["type"] == DELETED else store.put_resource(manifest)
        if key is not None:
            queue.ask(key)  # also if it is gone: there is something to clean up

    return handlers


def settings() -> kopf.OperatorSettings:
    """No events by kopf, no finalizers, no peers; only our own Jobs and pods are watched."""
    chosen = kopf.OperatorSettings()
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.scanning.disabled = True
    chosen.watching.label_selectors[JOBS] = SELECTOR
    chosen.watching.label_selectors[PODS] = SELECTOR
    return chosen

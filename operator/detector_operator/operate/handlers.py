"""What kopf calls: every handler takes down what it is told, and asks for a reconcile. None of them decides anything.

Jobs and pods are index handlers too: kopf calls no other handler before these have seen all that is there, and a reconcile that
did not know of a Job would start a second one.
"""

from __future__ import annotations

from typing import Any, Final

import kopf

from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.operate.queue import Queue
from detector_operator.operate.store import Key, Store
from detector_operator.specs.labels import MANAGED_BY, MANAGER

SELECTOR: Final = f"{MANAGED_BY}={MANAGER}"
JOBS: Final = ("batch", "v1", "jobs")
PODS: Final = ("", "v1", "pods")
DELETED: Final = "DELETED"


def registry(store: Store, queue: Queue) -> kopf.OperatorRegistry:
    """The handlers."""
    handlers = kopf.OperatorRegistry()

    def ask(key: Key | None) -> None:
        if key is not None and store.resource(key) is not None:
            queue.ask(key)

    @kopf.on.login(registry=handlers)
    async def login(**known: Any) -> kopf.ConnectionInfo | None:
        return kopf.login_with_service_account(**known) or kopf.login_with_kubeconfig(**known)

    @kopf.index(*JOBS, registry=handlers)
    async def job_index(body: kopf.Body, **_: Any) -> None:
        store.put_job(dict(body))

    @kopf.index(*PODS, registry=handlers)
    async def pod_index(body: kopf.Body, **_: Any) -> None:
        store.put_pod(dict(body))

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
        queue.ask(store.drop_resource(manifest) if event["type"] == DELETED else store.put_resource(manifest))

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

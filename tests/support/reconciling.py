"""A reconciler with an API server that keeps what it is given; the resource is `pets` in the namespace `team`."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, cast

from detector_operator.builders.manifest import Manifest
from detector_operator.builders.settings import Settings
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.event_reader import EventReader
from detector_operator.controller.log_reader import LogReader
from detector_operator.controller.reconciler import Reconciler
from detector_operator.controller.store import ListResult, NamespacedName, Store
from support.fake_api_server import KEY, FakeApiServer
from support.kubernetes_objects import UID
from support.trainings import T0

STATUS, EVENT, DELETE = ("status", "detectortrainings"), ("create", "events"), ("delete", "jobs")
PODS = "/api/v1/namespaces/team/pods"
EVENTS = "/api/v1/namespaces/team/events"
JOBS = "/apis/batch/v1/namespaces/team/jobs"
Request = tuple[str, str, str | None]


class Cluster:
    """A reconciler, and what it sees and does."""

    def __init__(self, name: str = KEY.name) -> None:
        self.key = NamespacedName(KEY.namespace, name)
        self.server, self.store, self.now = FakeApiServer(), Store(), T0
        self.requeues: list[tuple[object, float]] = []
        server, logger = cast("ApiServer", self.server), logging.getLogger("test")
        self.logs = LogReader(server, lambda _: None, lambda: self.now, logger)
        self.events = EventReader(server, logger)
        self.reconciler = Reconciler(
            server=server,
            store=self.store,
            settings=Settings(trainer_image="registry.example/trainer:1"),
            logs=self.logs,
            events=self.events,
            requeue_after=lambda key, seconds: self.requeues.append((key, seconds)),
            clock=lambda: self.now,
            logger=logger,
        )

    def apply(self, uid: str = UID, generation: int = 1, **spec: Any) -> None:
        """Apply the resource; its status stays."""
        given = {"pipelineConfig": {"path": "/data/p.config"}, "modelDir": "/models/pets", "numSteps": 100, **spec}
        metadata = {
            "name": self.key.name,
            "namespace": "team",
            "uid": uid,
            "generation": generation,
            "creationTimestamp": T0.isoformat(),
        }
        known = self.store.resource(self.key) or {}
        status = {"status": known["status"]} if "status" in known else {}
        manifest = {
            "apiVersion": "detector-training.io/v1alpha1",
            "kind": "DetectorTraining",
            "metadata": metadata,
            "spec": given,
            **status,
        }
        self.store.put_resource(self.server.put("detectortrainings", manifest))

    def put_job(self, manifest: Manifest) -> None:
        """Let a watch report the present state of a Job."""
        self.store.put_job(self.server.put("jobs", manifest))

    def put_pod(self, manifest: Manifest) -> None:
        """Let a watch report the present state of a pod."""
        self.store.put_pod(self.server.put("pods", manifest))

    def serve(self, path: str, *manifests: Manifest) -> None:
        """Answer to lists of this path from now on."""
        self.server.lists[path] = ListResult(list(manifests), "1")

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def job_is_gone(self, name: str) -> None:
        """Let the garbage collector remove a Job, and a watch report it."""
        self.store.drop_job(self.server.remove("jobs", name))

    def reconcile(self, *, following: bool = False) -> list[Request]:
        """Reconcile once, and return the requests. What is read of logs is kept; `following` lets the followers have a turn."""

        async def run() -> None:
            try:
                await self.reconciler.reconcile(self.key)
                for _ in range(10 if following else 0):
                    await asyncio.sleep(0)
            finally:
                known = {key: dict(readers) for key, readers in self.logs._readers.items()}
                await self.logs.close()
                for readers in known.values():
                    for reader in readers.values():
                        reader.task = None
                self.logs._readers.update(known)

        before = len(self.server.requests)
        asyncio.run(run())
        return self.server.requests[before:]

    @property
    def resource(self) -> Manifest:
        """The resource as it is stored."""
        found = self.store.resource(self.key)
        assert found is not None
        return found

    @property
    def status(self) -> Manifest:
        """Its status."""
        status: Manifest = self.resource.get("status", {})
        return status

    @property
    def headline(self) -> Manifest:
        """The condition with what it is doing."""
        return self.condition("Training")

    def condition(self, kind: str) -> Manifest:
        """The condition of a type."""
        (found,) = (each for each in self.status["conditions"] if each["type"] == kind)
        return dict(found)


def verbs(requests: list[Request]) -> list[tuple[str, str]]:
    """What was requested of which kind."""
    return [(verb, plural) for verb, plural, _ in requests]

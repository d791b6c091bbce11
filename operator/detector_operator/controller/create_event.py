"""Create the Kubernetes Events of a resource: each transition once, even if a restarted operator decides it a second time."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.api.resource import API_VERSION, KIND
from detector_operator.api.status import rfc3339
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_errors import AlreadyExistsError
from detector_operator.controller.api_server import CORE, ApiServer
from detector_operator.reconcile.actions import Event
from detector_trainer.contract.shortened import shortened

COMPONENT: Final = "detector-training"
MAX_MESSAGE: Final = 1024
"""The API server rejects longer messages."""


async def create_event(server: ApiServer, resource: DetectorTraining, event: Event, now: datetime) -> None:
    """Create an Event, unless an identical one exists.

    Raises:
        ApiError: it cannot be created.
    """
    with suppress(AlreadyExistsError):
        await server.create(CORE, resource.metadata.namespace or "default", "events", _manifest(resource, event, now))


def _manifest(resource: DetectorTraining, event: Event, now: datetime) -> Manifest:
    metadata = resource.metadata
    attempts = [
        part.attempt
        for part in (resource.status and resource.status.validation, resource.status and resource.status.training)
        if part
    ]
    identity = repr((metadata.uid, metadata.generation, attempts, event.reason, event.message))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    message = shortened(event.message, MAX_MESSAGE)
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{metadata.name}.{_sort_digit(event)}{digest}", "namespace": metadata.namespace},
        "involvedObject": {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "name": metadata.name,
            "namespace": metadata.namespace,
            "uid": metadata.uid,
            "resourceVersion": metadata.resource_version,
        },
        "type": event.type,
        "reason": event.reason,
        "message": message,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": COMPONENT,
        "firstTimestamp": rfc3339(now),
        "lastTimestamp": rfc3339(now),
        "count": 1,
    }


def _sort_digit(event: Event) -> int:
    """Return a digit that sorts the verdict before its consequences: kubectl sorts by second, then by name."""
    return 0 if event.reason.startswith("Validation") else 1

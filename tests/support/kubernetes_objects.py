"""Jobs, pods and events as the API server returns them, of the resource `pets` in the namespace `team`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from detector_operator.api import Stop
from detector_operator.api.resource import Metadata
from detector_operator.api.status import rfc3339
from detector_operator.builders.manifest import Manifest
from support.trainings import T0, after

UID = "5f1e7d6a-0000-4000-8000-000000000001"
OWNER = Metadata(name="pets", namespace="team", uid=UID, creation_timestamp=T0)
INIT = {"validate": "config", "train": "preflight"}


def seconds(number: float) -> str:
    """So many seconds after the beginning, as the API server writes it."""
    return rfc3339(after(number))


def job(
    kind: str = "train",
    attempt: int = 1,
    *,
    owner: str = UID,
    annotations: Manifest | None = None,
    suspend: bool = False,
    deleted: str | None = None,
    **status: Any,
) -> Manifest:
    """A Job that has not ended unless by its `status`. A deleted one stays, as one does that is deleted with propagation Foreground."""
    name = f"pets-{kind}-{attempt}"
    metadata: Manifest = {
        "name": name,
        "namespace": "team",
        "uid": f"uid-of-{name}",
        "creationTimestamp": seconds(1),
        "labels": _labels(kind, attempt),
        "ownerReferences": [
            {
                "apiVersion": "detector-training.io/v1alpha1",
                "kind": "DetectorTraining",
                "name": "pets",
                "uid": owner,
                "controller": True,
            }
        ],
    }
    if annotations:
        metadata["annotations"] = annotations
    if deleted:
        metadata |= {"deletionTimestamp": deleted, "deletionGracePeriodSeconds": 0, "finalizers": ["foregroundDeletion"]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {"suspend": suspend, "backoffLimit": 0},
        "status": {"active": 1, **status},
    }


def complete() -> Manifest:
    """status of a Job that succeeded."""
    return {"active": 0, "conditions": [_condition("SuccessCriteriaMet"), _condition("Complete", "CompletionsReached")]}


def failed(message: str = "Job has reached the specified backoff limit", reason: str = "BackoffLimitExceeded") -> Manifest:
    """status of a Job that failed."""
    return {"active": 0, "conditions": [_condition("FailureTarget", reason, message), _condition("Failed", reason, message)]}


def pod(
    kind: str = "train",
    attempt: int = 1,
    *,
    name: str | None = None,
    phase: str = "Running",
    init: Manifest | None = None,
    main: Manifest | None = None,
    node: str | None = "gpu-1",
    deleted: str | None = None,
    created: float = 2,
    conditions: Iterable[Manifest] = (),
    limits: Manifest | None = None,
    volumes: Iterable[Manifest] = (),
    **status: Any,
) -> Manifest:
    """A pod, with the state of its init and of its main container."""
    resources = {"resources": {"limits": limits or {"cpu": "4", "memory": "8Gi"}}}
    metadata = {
        "name": name or f"pets-{kind}-{attempt}-x7k2p",
        "namespace": "team",
        "uid": f"uid-of-pod-{name or attempt}",
        "creationTimestamp": seconds(created),
        "labels": _labels(kind, attempt),
        "ownerReferences": [
            {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "name": f"pets-{kind}-{attempt}",
                "uid": f"uid-of-pets-{kind}-{attempt}",
                "controller": True,
            }
        ],
    }
    if deleted:
        metadata["deletionTimestamp"] = deleted
    image = {"image": "registry.example/trainer:1"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {
            **({"nodeName": node} if node else {}),
            "initContainers": [{"name": INIT[kind], **image, **resources}],
            "containers": [{"name": kind, **image, **resources}],
            "volumes": list(volumes),
        },
        "status": {
            "phase": phase,
            "conditions": list(conditions),
            "initContainerStatuses": [{"name": INIT[kind], "state": init if init is not None else ended(0, 4)}],
            "containerStatuses": [{"name": kind, "state": main if main is not None else running()}],
            **status,
        },
    }


def unscheduled(message: str, **facts: Any) -> Manifest:
    """A pod that no node takes."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return pod(phase="Pending", node=None, conditions=[condition], initContainerStatuses=[], containerStatuses=[], **facts)


def with_container(
    given: Manifest, name: str, state: Manifest, *, init: bool = False, first: bool = False, sidecar: bool = False
) -> Manifest:
    """Return the pod with a container that somebody added: before ours or after them, an init container, or a native sidecar."""
    kind, statuses = ("initContainers", "initContainerStatuses") if init or sidecar else ("containers", "containerStatuses")
    container = {"name": name, "image": "mesh.example/proxy:1", **({"restartPolicy": "Always"} if sidecar else {})}
    place = 0 if first else len(given["spec"][kind])
    given["spec"][kind].insert(place, container)
    given["status"][statuses].insert(place, {"name": name, "state": state})
    return given


def stopped(run: str = "train-1", reason: str = "Suspended", at: float = 30) -> Stop:
    """The decision to stop a run, as status.stops has it."""
    return Stop(run=run, reason=reason, time=after(at))


def running(since: float = 5) -> Manifest:
    """State of a container that runs."""
    return {"running": {"startedAt": seconds(since)}}


def waiting(reason: str, message: str | None = None) -> Manifest:
    """State of a container that waits."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def ended(code: int, at: float = 60, *, reason: str | None = None, message: str | None = None) -> Manifest:
    """State of a container that has ended."""
    state = {
        "exitCode": code,
        "reason": reason or ("Completed" if code == 0 else "Error"),
        "startedAt": seconds(3),
        "finishedAt": seconds(at),
    }
    return {"terminated": {**state, **({"message": message} if message else {})}}


def disrupted(reason: str, message: str) -> Manifest:
    """The condition of a pod that the cluster takes away."""
    return {"type": "DisruptionTarget", "status": "True", "reason": reason, "message": message}


def event(about: Manifest, reason: str, message: str, *, at: float = 10) -> Manifest:
    """An event of core/v1, regarding one of these objects."""
    regarding = {"kind": about["kind"], "name": about["metadata"]["name"], "uid": about["metadata"]["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "involvedObject": regarding,
        "reason": reason,
        "message": message,
        "lastTimestamp": seconds(at),
    }


def _labels(kind: str, attempt: int) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": "detector-training",
        "detector-training.io/name": "pets",
        "detector-training.io/run": kind,
        "detector-training.io/attempt": str(attempt),
        "detector-training.io/generation": "1",
    }


def _condition(kind: str, reason: str = "", message: str = "") -> Manifest:
    return {"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": seconds(61)}

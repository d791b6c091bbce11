"""A reconcile without an API server: from manifests and logs to a status, which is checked as an API server would check it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from detector_operator.api import Status, crd
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.newest_lines import NewestLines
from detector_operator.observe import Log, observe
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.actions import StopRun
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.decide import Decision, decide
from detector_operator.reconcile.runs import LogView
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL
from support.kubernetes_objects import OWNER, job, pod, waiting
from support.trainings import T0, training

POD = "pets-train-1-x7k2p"
STATUS = crd.schema()["properties"]["status"]
SPEC: dict[str, Any] = {"validation": {"policy": "Skip"}, "activeDeadlineSeconds": 3600, "retries": 2}


def log_of(chunks: Iterable[bytes], now: datetime) -> dict[str, Log]:
    """What was read of the log of the training's pod."""
    lines = NewestLines()
    for chunk in chunks:
        lines.feed(chunk)
    lines.finish()
    progress, tail = lines.take()
    return {POD: Log(LogView(read_at=now, attempted_at=now, error="x"), progress, tail)}


def writable(value: Any, schema: dict[str, Any] = STATUS, path: str = "status") -> None:
    """Check that an API server accepts a value for this schema."""
    kind = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}[type(value)]
    assert schema["type"] == kind or (schema["type"], kind) == ("number", "integer"), (path, value)
    match value:
        case str():
            assert len(value) <= schema.get("maxLength", 64), path
            assert value.encode("utf-8").decode() == value
        case bool():
            pass
        case int() | float():
            assert math.isfinite(value), path
            assert abs(value) < 2**63 or kind == "number", path
            assert value >= schema.get("minimum", value), path
        case list():
            assert len(value) <= schema["maxItems"], path
            for each in value:
                writable(each, schema["items"], f"{path}[]")
        case dict():
            assert set(schema.get("required", ())) <= value.keys(), path
            for name, each in value.items():
                writable(each, schema["properties"][name], f"{path}.{name}")


def decided(
    status: Status | None,
    jobs: list[Manifest],
    pods: list[Manifest],
    now: datetime,
    *,
    logs: dict[str, Log] | None = None,
    events: Iterable[Manifest] = (),
    rejection: CreateRejection | None = None,
    **spec: Any,
) -> Decision:
    """The decision of one reconcile, with a status that can be written and is then read again as it was."""
    known = status.stops if status is not None else []
    runs = observe(jobs, pods, owner=OWNER, logs=logs or {}, events=events, stops=known)
    resource = training(status=status, **{**SPEC, **spec})
    decision = decide(resource, runs, now, POLICIES, rejection=rejection, progress_interval=PROGRESS_INTERVAL)
    written = resource.model_copy(update={"status": decision.status}).to_dict()["status"]
    writable(written)
    text = json.dumps(written, ensure_ascii=False, allow_nan=False)
    assert len(text.encode()) <= 256 << 10
    assert Status.model_validate(json.loads(text)) == decision.status
    return decision


def stops(decision: Decision) -> list[StopRun]:
    """The runs that are to be stopped."""
    return [action for action in decision.actions if isinstance(action, StopRun)]


def started() -> Status | None:
    """A training that was observed to run."""
    status: Status | None = None
    moments: list[tuple[int, list[Manifest]]] = [
        (0, []),
        (1, [pod(phase="Pending", main=waiting("PodInitializing"))]),
        (2, [pod()]),
    ]
    for seconds, pods in moments:
        status = decided(status, [job()], pods, T0 + timedelta(seconds=seconds)).status
    return status


STARTED = started()

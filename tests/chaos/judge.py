"""What went otherwise than it would have undisturbed: wrong ends, duplicates, lost events."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from chaos.plan import Training
from chaos.record import Record, Seen
from cluster.kubectl import Manifest
from detector_trainer.contract.shortened import shortened

WRONG_END, DUPLICATE, LOST_EVENT = "wrong end", "duplicate", "lost event"
KINDS = (WRONG_END, DUPLICATE, LOST_EVENT)
CLOCK_SECONDS = 1.0
"""Kubernetes' times are whole seconds."""
LONGEST_MESSAGE = 1024
"""Of an Event: a longer one is cut."""
NAME, RUN, ATTEMPT = (f"detector-training.io/{label}" for label in ("name", "run", "attempt"))
_JOB = re.compile(r"(?P<training>.+)-(?P<run>validate|train)-(?P<attempt>[0-9]+)")


@dataclass(frozen=True)
class Problem:
    """Something that should not have happened."""

    training: str
    kind: str
    what: str


def judge(
    training: Training, record: Record, created: Mapping[str, int], diary: Iterable[str], *, finished: bool = True
) -> list[Problem]:
    """Return what went wrong with a training.

    Args:
        training: which one.
        record: what was seen from outside.
        created: how often a Job of a name was created, by the audit log.
        diary: what its trainers wrote into its model directory (see fake_trainer, FAKE_DIARY).
        finished: whether it came to its end in time.
    """
    found = [(WRONG_END, what) for what in _wrong_end(training, record, finished=finished)]
    found += [(DUPLICATE, what) for what in _duplicates(training, record, created, diary)]
    found += [(LOST_EVENT, what) for what in _lost_events(training, record)]
    return [Problem(training.name, kind, what) for kind, what in found]


def created_jobs(audit_log: Path, namespace: str) -> Counter[str]:
    """Count the Jobs that were created under each name, by the API server's audit log."""
    found: Counter[str] = Counter()
    for line in audit_log.read_text(errors="replace").splitlines():
        if '"jobs"' not in line:
            continue
        try:
            event = json.loads(line)
        except ValueError:  # the API server was killed as it wrote it
            continue
        about = event.get("objectRef", {})
        kind = (event.get("verb"), about.get("resource"), about.get("namespace"), about.get("subresource"))
        if kind == ("create", "jobs", namespace, None) and event.get("responseStatus", {}).get("code") == 201:
            found[about["name"]] += 1
    return found


def interruptions(training: Training, record: Record) -> int:
    """Count the runs that were interrupted, by the statuses: pods that the kubelet could not continue."""
    most: dict[tuple[str, int], int] = {}
    for status in _statuses(training.name, record):
        generation = status.get("specGeneration", 0)
        for part, counter in (("training", "preemptions"), ("validation", "interruptions")):
            count = status.get(part, {}).get(counter) or 0
            most[part, generation] = max(count, most.get((part, generation), 0))
    return sum(most.values())


def start_errors(training: Training, record: Record, kind: str | None = None) -> int:
    """Count the pods of which a container could not be started: a kubelet that is killed as it starts one leaves it so.

    The operator cannot distinguish that from an image without the command, and counts it as a failure that may pass.
    """
    return sum(
        any(_start_error(container) for container in _containers(pod.last))
        for pod in record.objects("pods")
        if _belongs(pod.last, training.name) and kind in (None, pod.last["metadata"]["labels"].get(RUN))
    )


def _containers(pod: Manifest) -> Iterable[Manifest]:
    for part in ("initContainerStatuses", "containerStatuses"):
        yield from pod.get("status", {}).get(part, ())


def _start_error(container: Manifest) -> bool:
    return bool(container.get("state", {}).get("terminated", {}).get("reason") == "StartError")


def _wrong_end(training: Training, record: Record, *, finished: bool) -> Iterable[str]:
    scenario, manifest = training.scenario, record.latest("detectortrainings", training.name)
    if manifest is None:
        yield "it is gone"
        return
    status = manifest.get("status", {})
    if not finished:
        yield f"not at its end in time: {status.get('phase')}, {_headline(status)}"
        return
    interrupted = interruptions(training, record)
    restarts = status.get("training", {}).get("restarts", 0)
    expected: dict[str, tuple[Any, Any]] = {
        "phase": (scenario.phase, status.get("phase")),
        "reason": (scenario.reason, _headline(status)[0]),
        "failure": (scenario.failure, status.get("failure", {}).get("reason")),
        "verdict": (scenario.verdict, status.get("validation", {}).get("verdict")),
    }
    if scenario.progress is not None:
        expected["progress"] = (scenario.progress, status.get("training", {}).get("progress"))
    # A trainer that crashes only in its first run may be interrupted before.
    if not (interrupted and restarts < scenario.restarts):
        more = min(max(0, restarts - scenario.restarts), start_errors(training, record, "train"))
        expected["restarts"] = (scenario.restarts, restarts - more)
    for name, (wanted, found) in expected.items():
        if wanted != found:
            yield f"{name} is {found!r} instead of {wanted!r}"
    for pod in record.objects("pods"):
        if _belongs(pod.last, training.name) and pod.deleted is None and pod.last["status"].get("phase") == "Running":
            yield f"pod {pod.name} still runs"


def _duplicates(training: Training, record: Record, created: Mapping[str, int], diary: Iterable[str]) -> Iterable[str]:
    jobs = [job for job in record.objects("jobs") if _belongs(job.last, training.name)]
    for name, count in Counter(job.name for job in jobs).items():
        if count > 1:
            yield f"Job {name} was created {count} times"
    seen = {job.name for job in jobs}
    for name, count in created.items():
        matched = _JOB.fullmatch(name)
        if matched and matched["training"] == training.name and count > 1:
            yield f"Job {name} was created {count} times, by the audit log{'' if name in seen else ', and no watch saw it'}"
    if training.scenario.runs is not None:
        runs = Counter(job.last["metadata"]["labels"].get(RUN) for job in jobs)
        interrupted = interruptions(training, record)
        for kind in ("validate", "train"):
            allowed = interrupted + start_errors(training, record, kind)
            wanted = training.scenario.runs.get(kind, 0)
            if not wanted <= runs[kind] <= wanted + (allowed if wanted else 0):
                yield f"{runs[kind]} runs of {kind} instead of {wanted} ({allowed} interrupted or not started)"
    yield from _at_the_same_time(training.name, record)
    yield from (f"a trainer found another one at work: {line}" for line in diary if "alone" not in line)


def _at_the_same_time(name: str, record: Record) -> Iterable[str]:
    """Find two pods whose trainers ran at the same time, by what the kubelet noted of their containers."""
    trained = []
    for pod in record.objects("pods"):
        if _belongs(pod.last, name) and pod.last["metadata"]["labels"].get(RUN) == "train":
            began, ended = _trained(pod)
            if began is not None:
                trained.append((began, ended, pod.name))
    trained.sort(key=lambda each: each[0])
    for (_, ended, first), (began, _, second) in pairwise(trained):
        if ended is not None and began < ended - CLOCK_SECONDS:
            yield f"pods {first} and {second} trained at the same time, for {ended - began:.0f} s"


def _trained(pod: Seen) -> tuple[float | None, float | None]:
    """Return when the trainer of a pod began, and when it ended; None if that is not known."""
    began: float | None = None
    ended: float | None = None
    for _, manifest in pod.versions:
        for container in manifest["status"].get("containerStatuses", ()):
            if container["name"] != "train":
                continue
            state = {**container.get("state", {})}
            for part in state.values():
                began = _time(part.get("startedAt")) or began
                ended = _time(part.get("finishedAt")) or ended
    if ended is None and pod.deletion_seen:
        ended = pod.deleted
    return began, ended


def _lost_events(training: Training, record: Record) -> Iterable[str]:
    events = [
        event.last
        for event in record.objects("events")
        if event.last["involvedObject"].get("kind") == "DetectorTraining"
        and event.last["involvedObject"].get("name") == training.name
    ]
    reasons = {event["reason"] for event in events}
    told = {(event["reason"], event["message"]) for event in events}
    for reason in training.scenario.events:
        if reason not in reasons:
            yield f"no event {reason}"
    lost: dict[str, None] = {}
    for status in _statuses(training.name, record):
        reason, message = _headline(status)
        if reason and reason not in reasons:
            lost[f"no event {reason}, which a status had"] = None
        # The message of what it waits for changes without an event: others write it.
        waits = "reason" in status and reason != "Retrying" and status.get("phase") not in ("Failed", "Rejected")
        if reason in reasons and not waits and (reason, shortened(message, LONGEST_MESSAGE)) not in told:
            lost[f"no event {reason} with the message {message!r}, which a status had"] = None
        verdict, _ = _condition(status, "Validated")
        if verdict not in ("", "Validating", reason) and verdict not in reasons:
            lost[f"no event {verdict}, which a status had"] = None
    yield from lost


def _statuses(name: str, record: Record) -> Iterable[Manifest]:
    for seen in record.objects("detectortrainings", name):
        for _, manifest in seen.versions:
            if "status" in manifest:
                yield manifest["status"]


def _headline(status: Manifest) -> tuple[str, str]:
    return _condition(status, "Training")


def _condition(status: Manifest, kind: str) -> tuple[str, str]:
    """Return reason and message of a condition; both empty if it is not there."""
    found: Manifest = next((each for each in status.get("conditions", ()) if each["type"] == kind), {})
    return found.get("reason", ""), found.get("message", "")


def _belongs(manifest: Manifest, name: str) -> bool:
    return bool(manifest["metadata"].get("labels", {}).get(NAME) == name)


def _time(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None

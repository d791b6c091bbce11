"""What the API server does on a cluster when a manifest is applied again: the generation, and what stays of the status."""

from __future__ import annotations

from datetime import datetime

from detector_operator.api import DetectorTraining, Phase, Spec, Status, ValidationStatus
from detector_operator.local.records import Record


def take_over(given: DetectorTraining, left: DetectorTraining | None, records: list[Record], now: datetime) -> DetectorTraining:
    """The resource to work on.

    A changed spec is a new generation, and so is starting again after Rejected or Failed: someone has mended something, or the
    command would not have been typed. What was stopped resumes in its generation. The verdict is forgotten either way, because
    files may have been edited since; validating again is cheap. Its findings stay until there is another verdict.

    Args:
        given: what the user asks for now.
        left: the resource with its status as it was left here, if any.
        records: the runs that are known here.
        now: the time.
    """
    newest = max((record.generation for record in records), default=0)
    if left is None or left.metadata.name != given.metadata.name:
        return _with(given, newest + 1, now, None)
    before = left.status or Status()
    generation = left.metadata.generation
    if not same_spec(left.spec, given.spec) or before.phase in (Phase.REJECTED, Phase.FAILED) or _succeeded(left):
        generation = max(generation, newest) + 1
        before = before.model_copy(update={"spec_generation": None, "spec_hash": None})
    validation = (before.validation or ValidationStatus()).model_copy(update={"verdict": None})
    status = before.model_copy(update={"validation": validation})
    return _with(given, generation, left.metadata.creation_timestamp or now, status)


def nothing_to_do(given: DetectorTraining, left: DetectorTraining | None) -> bool:
    """Whether this very spec has been trained already."""
    return (
        left is not None and left.metadata.name == given.metadata.name and _succeeded(left) and same_spec(left.spec, given.spec)
    )


def same_spec(one: Spec, other: Spec) -> bool:
    """Whether two specs ask for the same, whatever of it was left to the defaults."""
    return one.model_dump() == other.model_dump()


def _succeeded(left: DetectorTraining) -> bool:
    return left.status is not None and left.status.phase is Phase.SUCCEEDED


def _with(given: DetectorTraining, generation: int, created: datetime, status: Status | None) -> DetectorTraining:
    metadata = given.metadata.model_copy(update={"generation": generation, "creation_timestamp": created})
    return given.model_copy(update={"metadata": metadata, "status": status})

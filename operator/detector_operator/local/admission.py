"""Do what the API server does when a manifest is applied again: set the generation, and keep what applies of the status."""

from __future__ import annotations

from datetime import datetime

from detector_operator.api import DetectorTraining, Phase, Spec, Status, ValidationStatus
from detector_operator.local.stored_run import StoredRun


def admit(given: DetectorTraining, stored: DetectorTraining | None, runs: list[StoredRun], now: datetime) -> DetectorTraining:
    """Return the resource to reconcile.

    A changed spec is a new generation, and so is a new start after Rejected or Failed: the user has fixed something, or would not
    have run the command. A training that was stopped resumes in its generation. In both cases the verdict is dropped, because
    files may have changed since, and validating again is cheap. Its findings stay until the next verdict.

    Args:
        given: the resource that the user applies now.
        stored: the resource with its status, as the previous command left it, if any.
        runs: the stored runs.
        now: current time.
    """
    newest = max((run.generation for run in runs), default=0)
    if stored is None or stored.metadata.name != given.metadata.name:
        return _with(given, newest + 1, now, None)
    before = stored.status or Status()
    generation = stored.metadata.generation
    if not same_spec(stored.spec, given.spec) or before.phase in (Phase.REJECTED, Phase.FAILED) or _succeeded(stored):
        generation = max(generation, newest) + 1
        before = before.model_copy(update={"spec_generation": None, "spec_hash": None})
    validation = (before.validation or ValidationStatus()).model_copy(update={"verdict": None})
    status = before.model_copy(update={"validation": validation})
    return _with(given, generation, stored.metadata.creation_timestamp or now, status)


def already_complete(given: DetectorTraining, stored: DetectorTraining | None) -> bool:
    """Return whether exactly this spec has been trained already."""
    if stored is None or stored.metadata.name != given.metadata.name:
        return False
    return _succeeded(stored) and same_spec(stored.spec, given.spec)


def same_spec(one: Spec, other: Spec) -> bool:
    """Return whether two specs are equal after defaulting."""
    return one.model_dump() == other.model_dump()


def _succeeded(stored: DetectorTraining) -> bool:
    return stored.status is not None and stored.status.phase is Phase.SUCCEEDED


def _with(given: DetectorTraining, generation: int, created: datetime, status: Status | None) -> DetectorTraining:
    metadata = given.metadata.model_copy(update={"generation": generation, "creation_timestamp": created})
    return given.model_copy(update={"metadata": metadata, "status": status})

"""spec.ttlSecondsAfterFinished: delete the Jobs of ended runs. The newest one of each kind is kept for a time, with its log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from detector_operator.reconcile.actions import DeleteRun
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import Run, RunKind

MAX_LINGERING: Final = timedelta(minutes=1)
"""How long an injected container may keep the pod of a run that has ended, and its GPUs."""


def prune_finished_jobs(context: ReconcileContext) -> tuple[DeleteRun, ...]:
    """Return delete actions for the Jobs that are no longer needed.

    Args:
        context: with a status that has been written. A status that is still to be written may be lost, and its runs would have to
            be observed again.
    """
    if context.status.spec_generation != context.generation:
        return ()
    return tuple(DeleteRun(run) for kind in RunKind for run in _deletable(context, kind))


def _deletable(context: ReconcileContext, kind: RunKind) -> Iterable[Run]:
    # The garbage collector deletes those of an earlier resource with the same name (generation 0).
    runs = [run for run in context.runs if run.kind is kind and not run.live and run.generation > 0]
    ended = sorted(runs, key=lambda run: run.attempt)
    for run in ended:
        if run.stored and _recorded(context, run) and (run is not ended[-1] or _expired(context, run)):
            yield run


def _recorded(context: ReconcileContext, run: Run) -> bool:
    """Return whether the status has everything that it will ever need from the run."""
    if run.generation != context.generation or context.status.phase.terminal:
        return True
    return run.attempt <= (context.status_of(run.kind).counted or 0)


def _expired(context: ReconcileContext, run: Run) -> bool:
    end = _end_time(context, run)
    if end is None:
        return False
    ttl = timedelta(seconds=context.spec.ttl_seconds_after_finished)
    return context.timer.reached(end + (min(ttl, MAX_LINGERING) if run.lingering else ttl))


def _end_time(context: ReconcileContext, run: Run) -> datetime | None:
    """Return when a run ended, or when its end was recorded, which is not much later."""
    known = context.status_of(run.kind)
    if (observed := context.latest_run(run).end_time) is not None:
        return observed
    if run.attempt <= (known.counted or 0):
        return known.counted_time
    return context.status.phase_time if context.status.phase.terminal else None

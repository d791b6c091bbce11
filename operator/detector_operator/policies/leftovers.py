"""Jobs of runs that have ended: the newest of each kind is kept for a while, for people to look at its log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from detector_operator.reconcile.actions import DeleteRun
from detector_operator.reconcile.runs import Run, RunKind
from detector_operator.reconcile.situation import Situation

LINGERS: Final = timedelta(minutes=1)
"""How long a container that somebody added may keep the pod, and so the GPUs, of a run that has ended."""


def leftovers(before: Situation) -> tuple[DeleteRun, ...]:
    """Return what can be deleted.

    Args:
        before: with the status as it is written. What is only about to be written may yet be lost, and has to be seen again.
    """
    if before.status.spec_generation != before.generation:
        return ()
    return tuple(DeleteRun(run) for kind in RunKind for run in _of_kind(before, kind))


def _of_kind(before: Situation, kind: RunKind) -> Iterable[Run]:
    # Those of an earlier resource of the name (generation 0) are the garbage collector's.
    runs = [run for run in before.runs if run.kind is kind and not run.live and run.generation > 0]
    ended = sorted(runs, key=lambda run: run.attempt)
    for run in ended:
        if run.stored and _recorded(before, run) and (run is not ended[-1] or _expired(before, run)):
            yield run


def _recorded(before: Situation, run: Run) -> bool:
    """Return whether nothing more is to be learnt from it."""
    if run.generation != before.generation or before.status.phase.terminal:
        return True
    return run.attempt <= (before.recorded(run.kind).counted or 0)


def _expired(before: Situation, run: Run) -> bool:
    end = _end(before, run)
    if end is None:
        return False
    kept = timedelta(seconds=before.spec.ttl_seconds_after_finished)
    return before.timer.reached(end + (min(kept, LINGERS) if run.lingering else kept))


def _end(before: Situation, run: Run) -> datetime | None:
    """Return when a run ended, or when that was recorded, which is not much later."""
    known = before.recorded(run.kind)
    if (observed := before.latest_run(run).end_time) is not None:
        return observed
    if run.attempt <= (known.counted or 0):
        return known.counted_time
    return before.status.phase_time if before.status.phase.terminal else None

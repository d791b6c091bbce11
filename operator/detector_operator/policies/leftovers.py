"""Jobs of earlier runs: of those that have ended the newest of each kind is kept, for people to look at."""

from __future__ import annotations

from detector_operator.reconcile.actions import DeleteRun
from detector_operator.reconcile.runs import Run, RunKind
from detector_operator.reconcile.situation import Situation


def leftovers(before: Situation) -> tuple[DeleteRun, ...]:
    """What can be deleted.

    Args:
        before: with the status as it is written. What is only about to be written may yet be lost, and has to be seen again.
    """
    if before.status.spec_generation != before.generation:
        return ()
    old = [run for kind in RunKind for run in _ended(before, kind)[:-1]]
    return tuple(DeleteRun(run) for run in old if run.stored and _in_the_status(before, run))


def _ended(before: Situation, kind: RunKind) -> list[Run]:
    """Oldest first. Those of an earlier resource of the name (generation 0) are the garbage collector's."""
    runs = [run for run in before.runs if run.kind is kind and not run.live and run.generation > 0]
    return sorted(runs, key=lambda run: run.attempt)


def _in_the_status(before: Situation, run: Run) -> bool:
    """Whether nothing more is to be learnt from it."""
    if run.kind is RunKind.TRAINING:
        return run.attempt <= (before.training.counted or 0)
    # How many validations of one spec have crashed, or were interrupted, is told by nothing but themselves.
    return run.generation != before.generation

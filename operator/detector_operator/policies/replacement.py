"""A changed spec: the runs of the earlier one are gone before one of this spec starts, for they share the model directory."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.situation import Outcome, Situation, stop
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Wait while a run of an earlier generation is live."""
    earlier = tuple(run for run in situation.live_runs if run.generation != situation.generation)
    if not earlier:
        return None
    return Outcome(
        phase=Phase.PENDING,
        reason=reasons.WAITING,
        message=f"The spec has changed. {situation.waiting_to_stop(earlier)}",
        actions=tuple(stop(run, reasons.SPEC_CHANGED) for run in earlier if not run.stopping),
    )

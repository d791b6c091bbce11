"""A changed spec: the runs of the earlier one are gone before one of this spec starts, for they share the model directory."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.actions import StopRun
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Pending while a run of an earlier generation is live."""
    earlier = [run for run in situation.live_runs if run.generation != situation.generation]
    if not earlier:
        return None
    names = " and ".join(map(situation.run_name, earlier))
    return Outcome(
        phase=Phase.PENDING,
        reason=reasons.WAITING,
        message=f"The spec has changed: waiting for {names} to stop.",
        actions=tuple(StopRun(run, reasons.SPEC_CHANGED) for run in earlier if run.stop_reason is None),
    )

"""Wait for the runs of an earlier spec to stop before starting one of the current spec: they share the model directory."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.context import PolicyResult, ReconcileContext, stop_run
from detector_trainer.contract import reasons


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Stop the live runs of earlier generations, and wait for them."""
    earlier = tuple(run for run in context.live_runs if run.generation != context.generation)
    if not earlier:
        return None
    return PolicyResult(
        phase=Phase.PENDING,
        reason=reasons.WAITING,
        message=f"The spec has changed. {context.stop_message(earlier)}",
        actions=tuple(stop_run(run, reasons.SPEC_CHANGED) for run in earlier if not run.stopping),
    )

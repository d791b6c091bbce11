"""spec.stallTimeoutSeconds: a training that runs and completes no step.

The trainer's own watchdog detects a stall first, and reports more. This policy is for a trainer that can no longer do that. A
silent log alone is not evidence: the connection to the kubelet may be broken. Therefore the end of the log is read once more, and
nothing is stopped while it cannot be read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from detector_operator.api import FailureStatus
from detector_operator.policies.fresh_read import require_fresh_read
from detector_operator.reconcile.context import PolicyResult, ReconcileContext, failed_result
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_trainer.contract import reasons

# The trainer's own watchdog acts, and reports, first.
MARGIN: Final = timedelta(minutes=5)


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Fail the training when no step completes within `stallTimeoutSeconds`."""
    run = context.newest(RunKind.TRAINING)
    # `start_timeout` covers a run before its first step. A pod that is terminating or on a lost node is not judged here.
    if run is None or run.state is not RunState.RUNNING or run.waiting is not None or run.stop_reason is not None:
        return None
    step_time = context.latest_run(run).step_time
    if step_time is None:
        return None
    # A log that was just rotated has no progress line, although steps may have completed.
    since = max(step_time, run.log.without_progress_since or step_time)
    limit = since + timedelta(seconds=context.spec.stall_timeout_seconds) + MARGIN
    if not context.timer.reached(limit):
        return None
    if (result := require_fresh_read(context, run, limit)) is not None:
        return result
    return failed_result(failure_of(context, run))


def failure_of(context: ReconcileContext, run: Run) -> FailureStatus:
    """Return the failure of a run that is or was stopped because of a stall."""
    after = f"after step {run.step}" if run.step is not None else "before the first step"
    return FailureStatus(
        reason=reasons.TRAINING_STALLED,
        message=f"No step completed for {context.spec.stall_timeout_seconds} s (spec.stallTimeoutSeconds), {after}.",
        hint="Usually the input pipeline is blocked: an empty record file, or storage that no longer answers.",
        pod=run.pod,
        container=run.container,
        node=run.node,
        step=run.step,
        log_tail=list(run.log_tail),
    )

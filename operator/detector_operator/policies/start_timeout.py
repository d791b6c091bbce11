"""spec.trainer.startTimeoutSeconds: a pod that holds its GPUs and does not reach its first step."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from detector_operator.api import FailureStatus, Phase
from detector_operator.policies.fresh_read import require_fresh_read
from detector_operator.reconcile.actions import StopRun
from detector_operator.reconcile.context import PolicyResult, ReconcileContext, failed_result
from detector_operator.reconcile.run_failure import TRY_AGAIN
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_trainer.contract import reasons

RESOLVED_ELSEWHERE: Final = frozenset(
    {reasons.NODE_LOST, reasons.POD_DELETED, reasons.PREEMPTED, reasons.EVICTED, reasons.NODE_SHUT_DOWN, reasons.INTERRUPTED}
)
"""The pod is terminating or its node is not ready: this policy does not apply."""
INVALID_SPEC: Final = frozenset(
    {
        reasons.IMAGE_NOT_PULLED,
        reasons.INVALID_IMAGE_NAME,
        reasons.CONFIG_MAP_NOT_FOUND,
        reasons.SECRET_NOT_FOUND,
        reasons.CONTAINER_CANNOT_START,
    }
)
"""Another run of the same spec would hold its GPUs for as long, and fail as well."""


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Stop a run whose trainer, or whose first step, does not come within `startTimeoutSeconds`."""
    run = context.newest(RunKind.TRAINING)
    if run is None or run.state not in (RunState.STARTING, RunState.RUNNING) or run.stop_reason is not None:
        return None
    times = context.latest_run(run)
    since = times.running_time if run.state is RunState.RUNNING else times.assigned_time
    if times.step_time is not None or since is None:
        return None
    if run.waiting is not None and run.waiting.reason in RESOLVED_ELSEWHERE:
        return None
    if run.state is RunState.RUNNING:
        # After a restart the operator may find a log that was just rotated: steps completed, but no line reports them.
        since = max(since, run.log.without_progress_since or since)
    limit = since + timedelta(seconds=context.spec.trainer.start_timeout_seconds)
    if not context.timer.reached(limit):
        return None
    if (result := require_fresh_read(context, run, limit)) is not None:
        return result
    failure = _failure(context, run)
    if run.waiting is not None and run.waiting.reason in INVALID_SPEC:
        return failed_result(failure)
    return PolicyResult(
        phase=Phase.STARTING,
        reason=failure.reason,
        message=failure.message,
        actions=(StopRun(run, reasons.START_TIMED_OUT),),
        failure=failure,
        waiting=True,
    )


def _failure(context: ReconcileContext, run: Run) -> FailureStatus:
    limit = f"{context.spec.trainer.start_timeout_seconds} s (spec.trainer.startTimeoutSeconds)"
    if run.state is RunState.RUNNING:
        message = f"No step within {limit} of the start of the trainer in pod {run.pod} on node {run.node}."
    else:
        waiting_for = run.waiting.message if run.waiting is not None else "its init containers have not completed."
        message = f"The trainer did not start within {limit} of the assignment of pod {run.pod} to node {run.node}: {waiting_for}"
    hint = run.waiting.hint if run.waiting is not None else "Check the storage that the pod mounts, and its node."
    return FailureStatus(
        reason=reasons.START_TIMED_OUT,
        message=message,
        hint=f"{hint.rstrip('.')}, or raise the limit; {TRY_AGAIN}." if hint else None,
        pod=run.pod,
        node=run.node,
        log_tail=list(run.log_tail),
    )

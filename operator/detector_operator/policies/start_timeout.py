"""spec.trainer.startTimeoutSeconds: a pod that holds its GPUs and does not come to its first step."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from detector_operator.api import FailureStatus, Phase
from detector_operator.policies.failure_reasons import TRY_AGAIN
from detector_operator.policies.unobserved import look_first
from detector_operator.reconcile.actions import StopRun
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons

HEALS_BY_ITSELF: Final = frozenset(
    {reasons.NODE_LOST, reasons.POD_DELETED, reasons.PREEMPTED, reasons.EVICTED, reasons.NODE_SHUT_DOWN, reasons.INTERRUPTED}
)
"""A pod that is being taken away, or whose node does not answer, is judged by others."""
WRONG_SPEC: Final = frozenset(
    {
        reasons.IMAGE_NOT_PULLED,
        reasons.INVALID_IMAGE_NAME,
        reasons.CONFIG_MAP_NOT_FOUND,
        reasons.SECRET_NOT_FOUND,
        reasons.CONTAINER_CANNOT_START,
    }
)
"""Another run of the same spec would hold its GPUs as long for nothing."""


def policy(situation: Situation) -> Outcome | None:
    """Stop a run whose trainer, or first step, does not come within `startTimeoutSeconds`."""
    run = situation.newest(RunKind.TRAINING)
    if run is None or run.state not in (RunState.STARTING, RunState.RUNNING) or run.stop_reason is not None:
        return None
    times = situation.latest_run(run)
    since = times.running_time if run.state is RunState.RUNNING else times.assigned_time
    if times.step_time is not None or since is None:
        return None
    if run.waiting is not None and run.waiting.reason in HEALS_BY_ITSELF:
        return None
    if run.state is RunState.RUNNING:
        # An operator that comes back may find a log that was just rotated: steps were done, and no line tells.
        since = max(since, run.log.without_progress_since or since)
    end = since + timedelta(seconds=situation.spec.trainer.start_timeout_seconds)
    if not situation.timer.reached(end):
        return None
    if (outcome := look_first(situation, run, end)) is not None:
        return outcome
    failure = _failure(situation, run)
    if run.waiting is not None and run.waiting.reason in WRONG_SPEC:
        return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)
    return Outcome(
        phase=Phase.STARTING,
        reason=failure.reason,
        message=failure.message,
        actions=(StopRun(run, reasons.START_TIMED_OUT),),
        failure=failure,
        waiting=True,
    )


def _failure(situation: Situation, run: Run) -> FailureStatus:
    limit = f"{situation.spec.trainer.start_timeout_seconds} s (spec.trainer.startTimeoutSeconds)"
    if run.state is RunState.RUNNING:
        message = f"No step within {limit} of the start of the trainer in pod {run.pod} on node {run.node}."
    else:
        message = f"The trainer did not start within {limit} of the assignment of pod {run.pod} to node {run.node}"
        doing = run.waiting.message if run.waiting is not None else "its init containers have not completed."
        message = f"{message}: {doing}"
    hint = run.waiting.hint if run.waiting is not None else "Check the storage that the pod mounts, and its node."
    return FailureStatus(
        reason=reasons.START_TIMED_OUT,
        message=message,
        hint=f"{hint.rstrip('.')}, or raise the limit; {TRY_AGAIN}." if hint else None,
        pod=run.pod,
        node=run.node,
        log_tail=list(run.log_tail),
    )

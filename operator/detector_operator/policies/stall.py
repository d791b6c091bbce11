"""spec.stallTimeoutSeconds: a training that runs and completes no step.

The trainer's own watchdog is the first judge of a stall, and reports more. This one is for a trainer that can no longer do even
that. Silence of the log is no evidence by itself: the connection to the kubelet may be broken. So the end of the log is read once
more, and nothing is stopped while it cannot be read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from detector_operator.api import FailureStatus, Phase
from detector_operator.policies.unobserved import look_first
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons

# So that the trainer's own watchdog acts, and reports, first.
MARGIN: Final = timedelta(minutes=5)


def policy(situation: Situation) -> Outcome | None:
    """Fail the training when no step completes within `stallTimeoutSeconds`."""
    run = situation.newest(RunKind.TRAINING)
    # A run before its first step has `start_timeout`; one whose pod is being taken away, or whose node is silent, is not judged.
    if run is None or run.state is not RunState.RUNNING or run.waiting is not None or run.stop_reason is not None:
        return None
    stepped = situation.latest_run(run).step_time
    if stepped is None:
        return None
    # A log that was just rotated has no progress line: it may only be missing.
    since = max(stepped, run.log.without_progress_since or stepped)
    end = since + timedelta(seconds=situation.spec.stall_timeout_seconds) + MARGIN
    if not situation.timer.reached(end):
        return None
    if (outcome := look_first(situation, run, end)) is not None:
        return outcome
    failure = failure_of(situation, run)
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)


def failure_of(situation: Situation, run: Run) -> FailureStatus:
    """Return the failure of a run that was stopped, or is to be stopped, because of this."""
    after = f"after step {run.step}" if run.step is not None else "before the first step"
    return FailureStatus(
        reason=reasons.TRAINING_STALLED,
        message=f"No step completed for {situation.spec.stall_timeout_seconds} s (spec.stallTimeoutSeconds), {after}.",
        hint="Usually the input pipeline is blocked: an empty record file, or storage that no longer answers.",
        pod=run.pod,
        container=run.container,
        node=run.node,
        step=run.step,
        log_tail=list(run.log_tail),
    )

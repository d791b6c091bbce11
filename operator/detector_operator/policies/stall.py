"""spec.stallTimeoutSeconds: a training that runs and does no step.

The trainer watches itself and tells more. This one is for a trainer that can no longer do even that.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from detector_operator.api import FailureStatus, Phase
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons

# So that the trainer's own words come first.
MARGIN: Final = timedelta(minutes=5)


def due(situation: Situation) -> datetime | None:
    """When the newest training run counts as stalled, unless it does a step before."""
    run = _running(situation)
    since = _last_sign(run) if run is not None else None
    return since + timedelta(seconds=situation.spec.stall_timeout_seconds) + MARGIN if since is not None else None


def policy(situation: Situation) -> Outcome | None:
    """Failed once it does."""
    run, end = _running(situation), due(situation)
    if run is None or end is None or situation.now < end:
        return None
    failure = failure_of(situation, run)
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)


def failure_of(situation: Situation, run: Run) -> FailureStatus:
    """The failure of a run that was stopped, or is to be stopped, because of this."""
    after = f"after step {run.step}" if run.step is not None else "before the first step"
    return FailureStatus(
        reason=reasons.TRAINING_STALLED,
        message=f"No step for {situation.spec.stall_timeout_seconds} s (spec.stallTimeoutSeconds), {after}.",
        hint="Mostly an input that never comes: an empty record file, or storage that no longer answers.",
        pod=run.pod,
        container=run.container,
        node=run.node,
        step=run.step,
        log_tail=list(run.log_tail),
    )


def _running(situation: Situation) -> Run | None:
    """A run that would do steps if it could, and is heard: not one whose pod is being taken away."""
    run = situation.newest(RunKind.TRAINING)
    return run if run is not None and run.state is RunState.RUNNING and run.waiting is None and run.heard else None


def _last_sign(run: Run) -> datetime | None:
    told = datetime.fromtimestamp(int(run.progress.time), UTC) if run.progress is not None and run.progress.time else None
    since = told or run.start_time
    return max(since, run.heard_since) if since is not None and run.heard_since is not None else since

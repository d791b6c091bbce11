"""Require a fresh read of the pod and its log before a run is stopped: missing observations are not evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from detector_operator.api import Phase
from detector_operator.reconcile.actions import CheckRun
from detector_operator.reconcile.context import PolicyResult, ReconcileContext
from detector_operator.reconcile.runs import Run, RunState
from detector_trainer.contract import reasons

READ_INTERVAL: Final = timedelta(minutes=1)
"""Time between two attempts to read a pod or log that could not be read."""
REPORT_UNAVAILABLE_AFTER: Final = timedelta(minutes=2)
"""A log that cannot be read for so long is reported: the restart of a kubelet takes less."""


def require_fresh_read(context: ReconcileContext, run: Run, limit: datetime) -> PolicyResult | None:
    """Return the result to use until the run has been read after `limit`; None once it has been read."""
    log = run.log
    if log.read_at is not None and log.read_at >= limit:
        return None
    due = log.attempted_at is None or log.attempted_at < limit or context.timer.reached(log.attempted_at + READ_INTERVAL)
    actions = (CheckRun(run),) if due else ()
    name = context.run_name(run)
    if run.state is not RunState.RUNNING:
        message = f"Pod {run.pod} has not started training; reading its state again."
        return PolicyResult(phase=Phase.STARTING, reason=reasons.STARTING, message=message, actions=actions)
    if not log.error:
        return PolicyResult(phase=Phase.TRAINING, reason=reasons.TRAINING, message=training_message(name), actions=actions)
    return log_unavailable_result(name, run, actions)


def log_unavailable(context: ReconcileContext, run: Run) -> bool:
    """Return whether the log of a run has been unavailable for so long that this is reported."""
    since = run.log.unavailable_since
    return since is not None and context.timer.reached(since + REPORT_UNAVAILABLE_AFTER)


def log_unavailable_result(name: str, run: Run, actions: tuple[CheckRun, ...] = ()) -> PolicyResult:
    """Return the result while the log of a run cannot be read. The training continues."""
    error = run.log.error.rstrip(".")
    message = f"{name} is training, but its log cannot be read: {error}. Its progress is unknown, and a stall is not detected."
    return PolicyResult(phase=Phase.TRAINING, reason=reasons.LOG_UNAVAILABLE, message=message, actions=actions, waiting=True)


def training_message(name: str) -> str:
    """Return the message for a run that trains."""
    return f"Training (Job {name})."

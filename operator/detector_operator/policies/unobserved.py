"""What is not observed is not evidence: before a run is stopped for doing nothing, its pod and its log are read once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from detector_operator.api import Phase
from detector_operator.reconcile.actions import CheckRun
from detector_operator.reconcile.runs import Run, RunState
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons

ATTEMPTS: Final = timedelta(minutes=1)
"""Between two attempts to read what could not be read."""
TOLERATED: Final = timedelta(minutes=2)
"""A log that cannot be read for so long is reported: a kubelet that restarts takes less."""


def look_first(situation: Situation, run: Run, limit: datetime) -> Outcome | None:
    """Return what to do until the run has been read after a limit; None once it has."""
    log = run.log
    if log.read_at is not None and log.read_at >= limit:
        return None
    due = log.attempted_at is None or log.attempted_at < limit or situation.timer.reached(log.attempted_at + ATTEMPTS)
    actions = (CheckRun(run),) if due else ()
    name = situation.run_name(run)
    if run.state is not RunState.RUNNING:
        message = f"Pod {run.pod} has not started to train; reading its state again."
        return Outcome(phase=Phase.STARTING, reason=reasons.STARTING, message=message, actions=actions)
    if not log.error:
        return Outcome(phase=Phase.TRAINING, reason=reasons.TRAINING, message=training_message(name), actions=actions)
    return unavailable(name, run, actions)


def log_unavailable(situation: Situation, run: Run) -> bool:
    """Return whether the log of a run cannot be read for so long that it is reported."""
    since = run.log.unavailable_since
    return since is not None and situation.timer.reached(since + TOLERATED)


def unavailable(name: str, run: Run, actions: tuple[CheckRun, ...] = ()) -> Outcome:
    """Return what is reported while the log of a run cannot be read: it trains on."""
    why = run.log.error.rstrip(".")
    message = f"{name} is training, but its log cannot be read: {why}. Its progress is unknown, and a stall is not noticed."
    return Outcome(phase=Phase.TRAINING, reason=reasons.LOG_UNAVAILABLE, message=message, actions=actions, waiting=True)


def training_message(name: str) -> str:
    """Return what is reported of a run that trains."""
    return f"Training (Job {name})."

"""How often mere progress may change the status: each change is a write to the API server, and an event for whoever watches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from detector_operator.api import Status, TrainingStatus

PROGRESS_EVERY: Final = timedelta(seconds=10)
"""On a cluster."""


def due(before: Status, after: Status, every: timedelta) -> datetime | None:
    """When the status may change as decided, if all that has changed is how far a run is; None if it may at once."""
    then, now = before.training, after.training
    if then is None or now is None or then.progress_time is None or then == now:
        return None
    if before != after.model_copy(update={"training": then}) or _counts(then) != _counts(now):
        return None
    return then.progress_time + every


def _counts(training: TrainingStatus) -> tuple[object, ...]:
    """Return what is not mere progress."""
    times = training.latest_run
    return (
        training.attempt,
        training.counted,
        training.restarts,
        training.preemptions,
        training.start_time,
        training.total_steps,
        # The first step is reported immediately.
        times.model_copy(update={"step_time": None}) if times is not None else None,
        times is not None and times.step_time is not None,
    )

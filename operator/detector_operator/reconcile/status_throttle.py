"""Limit how often progress alone changes the status: each change is a write to the API server and an event for each watcher."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from detector_operator.api import Status, TrainingStatus

PROGRESS_INTERVAL: Final = timedelta(seconds=10)
"""Minimum time between two status writes for progress alone, on a cluster."""


def next_write_at(before: Status, after: Status, interval: timedelta) -> datetime | None:
    """Return when a status in which only progress has changed may be written; None if it may be written immediately."""
    then, now = before.training, after.training
    if then is None or now is None or then.progress_time is None or then == now:
        return None
    if before != after.model_copy(update={"training": then}) or _without_progress(then) != _without_progress(now):
        return None
    return then.progress_time + interval


def _without_progress(training: TrainingStatus) -> tuple[object, ...]:
    """Return the fields whose changes are written immediately."""
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

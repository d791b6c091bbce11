"""Compute gauges of the trainings from their statuses at each scrape, so that they are never outdated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import ValidationError

from detector_operator.api import ConditionType, Phase, Status, TrainingStatus
from detector_operator.controller.store import Store
from detector_trainer.contract import reasons

PREFIX: Final = "detector_training"
OTHER: Final = "Other"
REASONS: Final = frozenset(value for name, value in vars(reasons).items() if name.isupper())
"""Allowed values of the label `reason`, besides OTHER: a termination message may contain any text."""
UNUSED: Final = frozenset({"validation", "failure"})
"""Parts of a status that no gauge uses: they are most of it."""

Trainings = Callable[[], Iterable[tuple[str, str, Status | None]]]
"""Namespace, name and status of each resource. The status is None if it is missing or invalid."""


def known_reason(reason: str | None) -> str:
    """Return the reason if it is one of contract.reasons, else `Other`."""
    return reason if reason is not None and reason in REASONS else OTHER


def stored_statuses(store: Store) -> Iterator[tuple[str, str, Status | None]]:
    """Yield the statuses of the resources in a store. Safe in another thread than the one that fills it."""
    for key in store:
        manifest = store.resource(key)
        if manifest is not None:
            yield *key, _read(manifest.get("status") or {})


def _read(status: dict[str, object]) -> Status | None:
    try:
        return Status.model_validate({name: part for name, part in status.items() if name not in UNUSED}) if status else None
    except ValidationError:
        return None


class TrainingCollector(Collector):
    """Collect gauges from the statuses.

    Args:
        trainings: returns the existing resources.
        clock: the operator's clock.
        each: whether to export gauges of each training, in addition to the counts.
    """

    def __init__(self, trainings: Trainings, clock: Callable[[], datetime], *, each: bool) -> None:
        self._trainings, self._clock, self._each = trainings, clock, each

    def describe(self) -> Iterable[Metric]:
        """Yield the families without samples."""
        return self._families([])

    def collect(self) -> Iterable[Metric]:
        """Yield the families with their samples, one by one: thousands of trainings then need little memory."""
        now = self._clock()
        return self._families([(space, name, *_state(status), _values(status, now)) for space, name, status in self._trainings()])

    def _families(self, rows: list[Row]) -> Iterator[Metric]:
        yield _counts(rows)
        if self._each:
            rows.sort(key=lambda row: row[:2])
            yield _infos(rows)
            for index, (name, text) in enumerate(PER_TRAINING.items()):
                yield _gauge(rows, index, name, text)


Row = tuple[str, str, str, str, tuple[float | None, ...]]
"""Namespace, name, phase, reason and values of a training, these in the order of PER_TRAINING."""


def _counts(rows: list[Row]) -> Metric:
    family = GaugeMetricFamily(
        f"{PREFIX}_trainings", "Number of DetectorTrainings, by phase and reason.", labels=("namespace", "phase", "reason")
    )
    counts = Counter((namespace, phase, reason) for namespace, _, phase, reason, _ in rows)
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _infos(rows: list[Row]) -> Metric:
    family = InfoMetricFamily(PREFIX, "Phase and reason of a DetectorTraining.", labels=("namespace", "name"))
    for namespace, name, phase, reason, _ in rows:
        family.add_metric((namespace, name), {"phase": phase, "reason": reason})
    return family


def _gauge(rows: list[Row], index: int, name: str, text: str) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=("namespace", "name"))
    for namespace, training, _, _, values in rows:
        value = values[index]
        if value is not None:
            family.add_metric((namespace, training), value)
    return family


PER_TRAINING: Final = {
    "phase_start_timestamp_seconds": "Unix time at which the DetectorTraining entered its phase.",
    "last_step": "Last completed step.",
    "num_steps": "Step at which the training ends (spec.numSteps).",
    "loss": "Total loss of the last reported step.",
    "steps_per_second": "Training speed. Only while it trains.",
    "last_step_age_seconds": "Seconds since the operator first observed the last step. Only while it trains.",
    "remaining_seconds": "Estimated time until the last step, when its speed was last reported. Only while it trains.",
}


def _values(status: Status | None, now: datetime) -> tuple[float | None, ...]:
    """Return the values of the gauges in the order of PER_TRAINING; None if unknown or not applicable."""
    status = status or Status()
    training, start = status.training or TrainingStatus(), status.phase_time
    stepped = training.latest_run.step_time if training.latest_run is not None else None
    trains = status.phase is Phase.TRAINING
    return (
        start.timestamp() if start is not None else None,
        training.step,
        training.total_steps,
        training.loss,
        training.steps_per_second if trains else None,
        max(0.0, (now - stepped).total_seconds()) if trains and stepped is not None else None,
        training.seconds_remaining if trains else None,
    )


def _state(status: Status | None) -> tuple[str, str]:
    """Return phase and reason as exported."""
    if status is None:
        return Phase.PENDING.value, OTHER
    headline = status.condition(ConditionType.TRAINING)
    reason: str | None = status.reason or (headline.reason if headline is not None else None)
    return status.phase.value, known_reason(reason)

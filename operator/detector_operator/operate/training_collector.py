"""Gauges about the trainings, computed from their statuses at the time of a scrape: they cannot be out of date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import ValidationError

from detector_operator.api import ConditionType, Phase, Status, TrainingStatus
from detector_operator.operate.phase_start import phase_start
from detector_operator.operate.store import Store
from detector_trainer.contract import reasons

PREFIX: Final = "detector_training"
OTHER: Final = "Other"
REASONS: Final = frozenset(value for name, value in vars(reasons).items() if name.isupper())
"""The values that a label `reason` can have, besides OTHER: a termination message may carry any text."""
UNUSED: Final = frozenset({"validation", "failure"})
"""Parts of a status that no gauge reads: they are most of it."""

Trainings = Callable[[], Iterable[tuple[str, str, Status | None]]]
"""Namespace, name and status of every resource; None if it has no status, or one that cannot be read."""


def known_reason(reason: str | None) -> str:
    """Return the reason if it is one of the contract's, else `Other`."""
    return reason if reason in REASONS else OTHER


def stored_statuses(store: Store) -> Iterator[tuple[str, str, Status | None]]:
    """Yield the statuses of the resources in a store. May run in another thread than the one that fills it."""
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
    """Reads the statuses when it is asked to collect.

    Args:
        trainings: the resources that exist.
        clock: the operator's clock.
        each: whether to export gauges of each training, beside the counts.
    """

    def __init__(self, trainings: Trainings, clock: Callable[[], datetime], *, each: bool) -> None:
        self._trainings, self._clock, self._each = trainings, clock, each

    def describe(self) -> Iterable[Metric]:
        """Return the families without samples."""
        return self._families([])

    def collect(self) -> Iterable[Metric]:
        """Return the families with their samples."""
        return self._families(list(self._trainings()))

    def _families(self, trainings: list[tuple[str, str, Status | None]]) -> list[Metric]:
        return [_counts(trainings), *(_each(trainings, self._clock()) if self._each else ())]


def _counts(trainings: Iterable[tuple[str, str, Status | None]]) -> Metric:
    family = GaugeMetricFamily(
        f"{PREFIX}_trainings", "DetectorTrainings that exist, by phase and reason.", labels=("namespace", "phase", "reason")
    )
    counts = Counter((namespace, *_state(status)) for namespace, _, status in trainings)
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _each(trainings: Iterable[tuple[str, str, Status | None]], now: datetime) -> Iterable[Metric]:
    info = InfoMetricFamily(PREFIX, "Phase and reason of a DetectorTraining.", labels=("namespace", "name"))
    gauges = {
        name: GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=("namespace", "name")) for name, text in PER_TRAINING.items()
    }
    for namespace, name, status in sorted(trainings, key=lambda training: training[:2]):
        phase, reason = _state(status)
        info.add_metric((namespace, name), {"phase": phase, "reason": reason})
        for gauge, value in _values(status or Status(), now).items():
            if value is not None:
                gauges[gauge].add_metric((namespace, name), value)
    return info, *gauges.values()


PER_TRAINING: Final = {
    "phase_start_timestamp_seconds": "Unix time at which the DetectorTraining entered its phase.",
    "last_step": "Last completed step.",
    "num_steps": "Step at which the training ends (spec.numSteps).",
    "loss": "Total loss of the last reported step.",
    "steps_per_second": "Training speed. Only while it trains.",
    "last_step_age_seconds": "Seconds since the operator first observed the last step. Only while it trains.",
    "remaining_seconds": "Estimated time until the last step, when its speed was last reported. Only while it trains.",
}


def _values(status: Status, now: datetime) -> dict[str, float | None]:
    training, start = status.training or TrainingStatus(), phase_start(status)
    values: dict[str, float | None] = {
        "phase_start_timestamp_seconds": start.timestamp() if start is not None else None,
        "last_step": training.step,
        "num_steps": training.total_steps,
        "loss": training.loss,
    }
    if status.phase is Phase.TRAINING:
        stepped = _last_step_time(training)
        values["steps_per_second"] = training.steps_per_second
        values["last_step_age_seconds"] = max(0.0, (now - stepped).total_seconds()) if stepped is not None else None
        values["remaining_seconds"] = training.seconds_remaining
    return values


def _last_step_time(training: TrainingStatus) -> datetime | None:
    """Return when the last step was first observed. A status of an older operator only tells when any number last changed."""
    if training.step is None:
        return None
    stepped: datetime | None = getattr(training, "step_time", None)
    return stepped if stepped is not None else training.progress_time


def _state(status: Status | None) -> tuple[str, str]:
    """Return phase and reason as they are exported."""
    if status is None:
        return Phase.PENDING.value, OTHER
    headline = status.condition(ConditionType.TRAINING)
    reason: str | None = getattr(status, "reason", None) or (headline.reason if headline is not None else None)
    return status.phase.value, known_reason(reason)

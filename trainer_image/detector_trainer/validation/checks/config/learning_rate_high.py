"""The learning rate of an official config is kept although the batch was reduced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.data import OFFICIAL_LEARNING_RATES, read_data
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import Optimizer

RULE = Rule(
    code="config/learning-rate-high",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(10,),
    silent_impact="worse, or a loss of NaN: from which rate on depends on the data",
    verified_by=(
        "object_detection/utils/learning_schedules.py",
        "tests/unit/validation/checks/config/test_learning_rate_high.py",
    ),
    what="The learning rate is far above that of the official config of this feature extractor, scaled to this batch size.",
    why=(
        "The official configs train batches of 64 to 512 on TPUs. With a small batch such a rate can make the loss NaN, "
        "and the trainer continues with it."
    ),
    fix="Reduce the learning rate in proportion to the batch size.",
)


FACTOR = 4
"""The factor by which official rates for one batch size differ from each other."""


@cache
def _official() -> dict[str, list[tuple[str, float]]]:
    """The optimizer and the peak learning rate for each image of a batch, by feature extractor; written by `make generate`."""
    text = read_data(OFFICIAL_LEARNING_RATES)
    return {name: [(kind, rate) for kind, rate in rates] for name, rates in json.loads(text).items()}


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    which = inputs.config.model.WhichOneof("model")
    train = inputs.config.train_config
    optimizer, peak = peak_learning_rate(train.optimizer)
    if which not in ("ssd", "faster_rcnn", "center_net") or peak is None or not train.batch_size:
        return
    rates = [
        rate
        for kind, rate in _official().get(getattr(inputs.config.model, which).feature_extractor.type, [])
        if kind == optimizer
    ]
    if rates and peak / train.batch_size > FACTOR * max(rates):
        field = f"train_config.optimizer.{optimizer}.learning_rate"
        scaled = max(rates) * train.batch_size
        yield RULE.finding(
            f"The learning rate rises to {peak:g} with a batch of {train.batch_size}; the official config would have {scaled:.2g}.",
            f"Set it to about {scaled:.2g}.",
            where=inputs.at(field),
        )


def peak_learning_rate(optimizer: Optimizer) -> tuple[str, float | None]:
    """Return the optimizer's name and the highest rate of its schedule; None if the config has none."""
    kind = optimizer.WhichOneof("optimizer") or ""
    rate = getattr(optimizer, kind).learning_rate if kind else None
    schedule = rate.WhichOneof("learning_rate") if rate is not None else None
    if schedule is None:
        return kind, None
    settings = getattr(rate, schedule)
    names = ("learning_rate", "initial_learning_rate", "learning_rate_base")
    peaks = [getattr(settings, name) for name in names if name in settings.DESCRIPTOR.fields_by_name]
    if schedule == "manual_step_learning_rate":
        peaks += [entry.learning_rate for entry in settings.schedule]
    return kind, max(peaks)

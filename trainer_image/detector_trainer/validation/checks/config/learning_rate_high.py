"""The learning rate of a config of the zoo, kept after its batch was cut."""

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
    silent_impact="worse, or a loss of NaN: where that begins depends on the data",
    verified_by=("object_detection/utils/learning_schedules.py", "tests/unit/validation/test_metadata.py"),
    what="The learning rate is far above that of the official config with this feature extractor, for this batch size.",
    why=(
        "The official configs train batches of 64 to 512 on TPUs. With a small batch such a rate makes the loss NaN, "
        "and the trainer goes on for ever with it."
    ),
    fix="Lower the learning rate as far as the batch was lowered.",
)


FACTOR = 4
"""Official rates for one batch size differ by so much among themselves."""


@cache
def _official() -> dict[str, list[tuple[str, float]]]:
    """Optimizer and peak learning rate for each image of a batch, by feature extractor; `make generate` writes it."""
    text = read_data(OFFICIAL_LEARNING_RATES)
    return {name: [(kind, rate) for kind, rate in rates] for name, rates in json.loads(text).items()}


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
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
    """The optimizer's name and the highest rate of its schedule; None where there is none."""
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

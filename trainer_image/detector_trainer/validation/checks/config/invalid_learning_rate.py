"""The trainer rejects the learning-rate schedule, or the schedule yields NaN or only 0 (utils/learning_schedules.py)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from detector_trainer.protos.types import (
        ConstantLearningRate,
        CosineDecayLearningRate,
        ExponentialDecayLearningRate,
        LearningRate,
        ManualStepLearningRate,
        Optimizer,
    )

RULE = Rule(
    code="config/invalid-learning-rate",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(8,),
    silent_impact="useless where the rate is NaN: every weight is NaN after that step; or where it is 0 throughout",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The optimizer or its learning-rate schedule is missing or contradicts itself.",
    why=(
        "The trainer fails with a ValueError, for some schedules only at the first step. It silently accepts a rate that is 0 throughout, and a "
        "rate of NaN, which for example total_steps == warmup_steps yields at the last step."
    ),
    fix="Fix the schedule: warmup_steps + hold_base_rate_steps < total_steps, and warmup_learning_rate <= learning_rate_base.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding: the first error that the trainer would report."""
    where_is, problem, hint = _problem(inputs.config.train_config.optimizer, inputs.steps) or ("", "", None)
    if problem:
        yield RULE.finding(problem, hint, where=inputs.at(where_is))


def _problem(optimizer: Optimizer, steps: int | None) -> tuple[str, str, str | None] | None:
    """Return the field, the problem and the fix."""
    field = "train_config.optimizer"
    kind = optimizer.WhichOneof("optimizer")
    if kind is None:
        return field, "train_config.optimizer selects no optimizer.", "Set, for example, momentum_optimizer { … }."
    rate: LearningRate = getattr(optimizer, kind).learning_rate
    field = f"{field}.{kind}.learning_rate"
    schedule = rate.WhichOneof("learning_rate")
    if schedule is None:
        return field, "The optimizer has no learning rate.", "Set, for example, cosine_decay_learning_rate { … }."
    field = f"{field}.{schedule}"
    refused = REFUSES[schedule](field, rate) if schedule in REFUSES else None
    return refused or _value(field, schedule, rate, steps)


def _value(field: str, schedule: str, rate: LearningRate, steps: int | None) -> tuple[str, str, str | None] | None:
    """Return the problem of the rates: the first that is not finite, or all of them if they are 0."""
    last = max(1, steps or 1) - 1
    moments = sorted({moment for moment in (0, 1, *_moments(schedule, rate), last) if 0 <= moment <= last})
    rates = [RATES[schedule](rate, moment) for moment in moments]
    for moment, value in zip(moments, rates, strict=True):
        if not math.isfinite(value):
            return field, f"The learning rate of step {moment} would be {value:g}, silently.", None
    return None if any(rates) else (field, "The learning rate is 0 from the first to the last step.", "Raise it.")


def _moments(schedule: str, rate: LearningRate) -> Iterator[int]:
    """Return the steps at which a schedule may change."""
    settings: Message = getattr(rate, schedule)
    numbers = [value for field, value in settings.ListFields() if isinstance(value, int)]
    numbers += [field.default_value for field in settings.DESCRIPTOR.fields if isinstance(field.default_value, int)]
    numbers += [entry.step for entry in rate.manual_step_learning_rate.schedule]
    if schedule == "cosine_decay_learning_rate":
        numbers.append(rate.cosine_decay_learning_rate.warmup_steps + rate.cosine_decay_learning_rate.hold_base_rate_steps)
    for number in numbers:
        yield from (number - 1, number, number + 1)


def _constant_rate(settings: ConstantLearningRate, _: int) -> float:
    return float(settings.learning_rate)


def _cosine_rate(settings: CosineDecayLearningRate, step: int) -> float:
    """Return the rate of cosine_decay_with_warmup, in which 0 divided by 0 is NaN."""
    total, warmup, hold = settings.total_steps, settings.warmup_steps, settings.hold_base_rate_steps
    base = settings.learning_rate_base
    if step > total:
        return 0.0
    if step < warmup:
        return float((base - settings.warmup_learning_rate) / warmup * step + settings.warmup_learning_rate)
    if hold > 0 and step <= warmup + hold:
        return float(base)
    left = total - warmup - hold
    return float(0.5 * base * (1 + math.cos(math.pi * (step - warmup - hold) / left))) if left else math.nan


def _exponential_rate(settings: ExponentialDecayLearningRate, step: int) -> float:
    """exponential_decay_with_burnin."""
    initial = settings.initial_learning_rate
    if step < settings.burnin_steps:
        return float(settings.burnin_learning_rate or initial)
    since, every = step - settings.burnin_steps, settings.decay_steps
    if not every:
        return math.nan if not since else float(settings.min_learning_rate)
    power = since // every if settings.staircase else since / every
    if settings.decay_factor < 0 and power != int(power):
        return math.nan
    try:
        decayed = initial * settings.decay_factor**power
    except OverflowError:
        return math.inf
    return float(max(decayed, settings.min_learning_rate)) if math.isfinite(decayed) else float(decayed)


def _manual_rate(settings: ManualStepLearningRate, step: int) -> float:
    """Return the rate of manual_stepping, which sums over all rates, so that one NaN affects all steps."""
    rates = [settings.initial_learning_rate, *(entry.learning_rate for entry in settings.schedule)]
    if not all(map(math.isfinite, rates)):
        return math.nan
    first = settings.schedule[0].step
    if settings.warmup and step < first:
        return float(rates[0] + (rates[1] - rates[0]) / first * step)
    return float(rates[sum(step >= entry.step for entry in settings.schedule)])


def _cosine(field: str, settings: CosineDecayLearningRate) -> tuple[str, str, str | None] | None:
    total, warmup = settings.total_steps, settings.warmup_steps
    if total < warmup:
        default = "" if settings.HasField("warmup_steps") else " (its default)"
        return (
            f"{field}.total_steps",
            f"total_steps {total} is below warmup_steps {warmup}{default}.",
            "Lower warmup_steps, or raise total_steps.",
        )
    if warmup > 0 and settings.learning_rate_base < settings.warmup_learning_rate:
        default = "" if settings.HasField("warmup_learning_rate") else " (its default)"
        return (
            f"{field}.learning_rate_base",
            f"learning_rate_base {settings.learning_rate_base:g} is below warmup_learning_rate {settings.warmup_learning_rate:g}{default}.",
            "Lower warmup_learning_rate.",
        )
    return None


def _manual(field: str, settings: ManualStepLearningRate) -> tuple[str, str, str | None] | None:
    steps = [entry.step for entry in settings.schedule]
    if not steps:
        return (
            field,
            "manual_step_learning_rate has no schedule.",
            "Add schedule { step: … learning_rate: … }, or use constant_learning_rate.",
        )
    if steps[0] == 0:
        return (
            f"{field}.schedule",
            "The first step of the schedule is 0.",
            "The rate from step 0 is initial_learning_rate; start the schedule at a later step.",
        )
    if any(later <= earlier for earlier, later in pairwise(steps)):
        return (
            f"{field}.schedule",
            f"The steps of the schedule are not strictly increasing: {', '.join(map(str, steps))}.",
            "Order them by step.",
        )
    return None


REFUSES: dict[str, Callable[[str, LearningRate], tuple[str, str, str | None] | None]] = {
    "cosine_decay_learning_rate": lambda field, rate: _cosine(field, rate.cosine_decay_learning_rate),
    "manual_step_learning_rate": lambda field, rate: _manual(field, rate.manual_step_learning_rate),
}
RATES: dict[str, Callable[[LearningRate, int], float]] = {
    "constant_learning_rate": lambda rate, step: _constant_rate(rate.constant_learning_rate, step),
    "cosine_decay_learning_rate": lambda rate, step: _cosine_rate(rate.cosine_decay_learning_rate, step),
    "exponential_decay_learning_rate": lambda rate, step: _exponential_rate(rate.exponential_decay_learning_rate, step),
    "manual_step_learning_rate": lambda rate, step: _manual_rate(rate.manual_step_learning_rate, step),
}
"""The rates as utils/learning_schedules.py calculates them."""

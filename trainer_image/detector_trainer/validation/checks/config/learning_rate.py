"""The learning-rate schedule is refused, or gives no number (utils/learning_schedules.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/learning-rate",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(8,),
    silent="worthless where the rate is NaN: so is every weight after the first step",
    held_by=("tests/trainer/test_config_agrees.py",),
    what="The optimizer or its learning-rate schedule is missing or contradicts itself.",
    why=(
        "The trainer ends with a ValueError, for some only at the first step; total_steps == warmup_steps + "
        "hold_base_rate_steps gives a learning rate of NaN, silently."
    ),
    fix=("Mend the schedule: warmup_steps + hold_base_rate_steps < total_steps, and warmup_learning_rate <= learning_rate_base."),
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding: the first thing that the trainer would stumble over."""
    where_is, problem, hint = _problem(inputs.config.train_config.optimizer) or ("", "", None)
    if problem:
        yield RULE.finding(
            problem, hint, where=Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of(where_is), field=where_is)
        )


def _problem(optimizer: Any) -> tuple[str, str, str | None] | None:
    """Field, what is wrong, what to do."""
    field = "train_config.optimizer"
    kind = optimizer.WhichOneof("optimizer")
    if kind is None:
        return field, "train_config.optimizer names no optimizer.", "Set for example momentum_optimizer { … }."
    rate = getattr(optimizer, kind).learning_rate
    field = f"{field}.{kind}.learning_rate"
    schedule = rate.WhichOneof("learning_rate")
    if schedule is None:
        return field, "The optimizer has no learning rate.", "Set for example cosine_decay_learning_rate { … }."
    settings = getattr(rate, schedule)
    field = f"{field}.{schedule}"
    if schedule == "cosine_decay_learning_rate":
        return _cosine(field, settings)
    if schedule == "manual_step_learning_rate":
        return _manual(field, settings)
    return None


def _cosine(field: str, settings: Any) -> tuple[str, str, str | None] | None:
    total, warmup, hold = settings.total_steps, settings.warmup_steps, settings.hold_base_rate_steps
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
    if total == warmup + hold:
        return (
            f"{field}.total_steps",
            f"total_steps {total} equals warmup_steps {warmup} + hold_base_rate_steps {hold}: the learning rate would be NaN, silently.",
            "Raise total_steps.",
        )
    return None


def _manual(field: str, settings: Any) -> tuple[str, str, str | None] | None:
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
            "The rate from step 0 is initial_learning_rate; begin the schedule later.",
        )
    if any(later <= earlier for earlier, later in pairwise(steps)):
        return f"{field}.schedule", f"The steps of the schedule do not rise: {', '.join(map(str, steps))}.", "Order them."
    return None

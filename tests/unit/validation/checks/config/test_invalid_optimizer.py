"""An option of the optimizer is out of range: Keras rejects it, or every variable is nan after one step (builders/optimizer_builder.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_optimizer import MOMENTUM, RULE
from support.breaking import metadata_findings
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "momentum_optimizer with momentum_optimizer_value -1",
    "momentum_optimizer with momentum_optimizer_value 2",
    "rms_prop_optimizer with momentum_optimizer_value -1",
    "rms_prop_optimizer with momentum_optimizer_value 2",
    "rms_prop_optimizer with decay -1",
    "rms_prop_optimizer with epsilon -1",
)


def found(case: Case, kind: str, **options: float) -> list[str]:
    optimizer = getattr(case.config.train_config.optimizer, kind)
    optimizer.learning_rate.constant_learning_rate.learning_rate = 0.0001
    for name, value in options.items():
        setattr(optimizer, name, value)
    return [str(finding.where.field).rpartition(".")[2] for finding in metadata_findings(case, RULE.code)]


@pytest.mark.parametrize("kind", ["momentum_optimizer", "rms_prop_optimizer"])
@pytest.mark.parametrize(("value", "named"), [(-0.1, True), (0, False), (1, False), (1.1, True)])
def test_the_momentum_must_be_between_0_and_1(case: Case, kind: str, value: float, named: bool):
    assert found(case, kind, momentum_optimizer_value=value) == [MOMENTUM] * named


@pytest.mark.parametrize("name", ["decay", "epsilon"])
@pytest.mark.parametrize(("value", "named"), [(-0.1, True), (0, False)])
def test_decay_and_epsilon_must_not_be_negative(case: Case, name: str, value: float, named: bool):
    assert found(case, "rms_prop_optimizer", **{name: value}) == [name] * named


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

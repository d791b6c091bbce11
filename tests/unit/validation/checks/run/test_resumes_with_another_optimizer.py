"""The checkpoint in model_dir was written with another optimizer."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.run.resumes_with_another_optimizer import MARKS, RULE
from support.breaking import Change, assert_only, metadata_findings, resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def resume_with_adam(case: Case) -> None:
    resume(case, steps=100)
    rate = 0.0001
    case.config.train_config.optimizer.adam_optimizer.learning_rate.constant_learning_rate.learning_rate = rate


BREAKS: dict[str, Change] = {
    "resume with another optimizer": resume_with_adam,
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "warning")


@pytest.mark.parametrize("kind", MARKS)
def test_the_optimizer_that_wrote_the_checkpoint_passes(case: Case, kind: str):
    """The checkpoint was written with momentum."""
    resume(case, steps=100)
    optimizer = case.config.train_config.optimizer
    getattr(optimizer, kind).learning_rate.constant_learning_rate.learning_rate = 0.0001
    assert bool(metadata_findings(case, RULE.code)) == (kind != "momentum_optimizer")


def test_a_moving_average_hides_the_optimizer(case: Case):
    resume_with_adam(case)
    case.config.train_config.optimizer.use_moving_average = True
    assert metadata_findings(case, RULE.code) == []

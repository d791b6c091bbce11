"""The cosine schedule ends before the training."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.learning_rate_ends_early import RULE
from support.breaking import Change, assert_only, cosine, metadata_findings
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "schedule too short": cosine(learning_rate_base=0.0001, total_steps=5, warmup_steps=1, warmup_learning_rate=0.0),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "warning")


@pytest.mark.parametrize(("total", "named"), [(18, True), (19, False), (20, False)])
def test_the_schedule_may_end_one_step_before_the_training(case: Case, total: int, named: bool):
    """The rate of the last step, which is num_steps - 1, is computed from total_steps."""
    case.config.train_config.num_steps = 20
    cosine(learning_rate_base=0.0001, total_steps=total, warmup_steps=1, warmup_learning_rate=0.0)(case)
    assert bool(metadata_findings(case, RULE.code)) == named

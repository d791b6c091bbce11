"""model_dir contains a checkpoint at or past the last step."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.run.already_at_last_step import RULE
from support.breaking import metadata_findings, resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.mark.parametrize(("steps", "named"), [(9, True), (10, True), (11, False)])
def test_a_training_is_finished_at_its_last_step_and_not_before(case: Case, steps: int, named: bool):
    """The checkpoint is at step 10."""
    resume(case, steps=steps)
    assert bool(metadata_findings(case, RULE.code)) == named


def test_without_a_checkpoint_nothing_is_finished(case: Case):
    case.options["num_steps"] = 1
    assert metadata_findings(case, RULE.code) == []

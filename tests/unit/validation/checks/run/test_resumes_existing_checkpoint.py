"""model_dir contains a checkpoint: the training resumes from it."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.run.resumes_existing_checkpoint import RULE
from support.breaking import metadata_findings, resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.mark.parametrize(("steps", "named"), [(10, False), (11, True)])
def test_a_training_that_has_steps_left_resumes(case: Case, steps: int, named: bool):
    """The checkpoint is at step 10; at the last step, run/already-at-last-step reports it."""
    resume(case, steps=steps)
    found = metadata_findings(case, RULE.code)
    assert [finding.severity for finding in found] == ["info"] * named
    assert all("The fine-tune checkpoint is not used." in finding.message for finding in found)


def test_without_a_checkpoint_nothing_is_resumed(case: Case):
    assert metadata_findings(case, RULE.code) == []

"""The training is shorter than the interval between checkpoints."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.run.one_checkpoint_only import RULE
from support.breaking import Change, assert_only, metadata_findings
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "checkpoints rarer than steps": lambda case: case.options.update(checkpoint_every_n=1000),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "warning")


@pytest.mark.parametrize(("steps", "named"), [(999, True), (1000, False), (1001, False)])
def test_the_bound(case: Case, steps: int, named: bool):
    case.options.update(num_steps=steps, checkpoint_every_n=1000)
    assert bool(metadata_findings(case, RULE.code)) == named

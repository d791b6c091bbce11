"""use_multiclass_scores is set, but the scores are not loaded (inputs.py: transform_input_data)."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.multiclass_scores_not_loaded import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "scores that are not loaded": set_fields(train_config__use_multiclass_scores=True),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")

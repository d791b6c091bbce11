"""sample_from_datasets_weights has another length than input_path, or weights that cannot be sampled from."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_sampling_weights import RULE
from support.breaking import Change, assert_only, metadata_findings, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "two weights for one path",
    "weights 0",
    "weights -1",
    "weights nan",
    "weights inf",
    "weights 0 and 0",
    "weights -1 and 1",
    "weights -1 and 2",
    "weights -1 and -1",
    "weights nan and 1",
)

BREAKS: dict[str, Change] = {
    "two weights, one path": set_fields(train_input_reader__sample_from_datasets_weights=[1.0, 2.0]),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.parametrize("weights", [[0.0], [-1.0], [float("nan")], [float("inf")]])
def test_weights_that_cannot_be_sampled_from_are_named(case: Case, weights: list[float]):
    assert_only(
        case,
        set_fields(train_input_reader__sample_from_datasets_weights=weights),
        RULE.code,
        "error",
        *(["config/not-a-number"] if weights[0] != weights[0] or weights[0] == float("inf") else []),
    )


def test_a_positive_weight_passes(case: Case):
    set_fields(train_input_reader__sample_from_datasets_weights=[0.5])(case)
    assert metadata_findings(case, RULE.code) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

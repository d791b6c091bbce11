"""An input_path matches no file (tf.io.gfile.glob)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.no_file import RULE
from support.breaking import Change, assert_only, evaluate, metadata_findings, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "a Windows path",
    "no such input_path",
    "one of two paths is missing",
)
BESIDE = {
    "a Windows path": ["config/control-character-in-path"],
}
"""The errors that a case has besides this one."""

BREAKS: dict[str, Change] = {
    "a bracket in a path": set_fields(train_input_reader__tf_record_input_reader__input_path=["/data/a[1].record"]),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


def test_a_path_that_matches_nothing_is_named_beside_one_that_does(case: Case):
    case.config.train_input_reader.tf_record_input_reader.input_path.append("/no/a.record")
    (finding,) = metadata_findings(case, RULE.code)
    assert (finding.severity, finding.message) == ("error", "/no/a.record matches no file.")
    assert "The directory /no does not exist" in str(finding.hint)


def test_an_evaluation_without_a_file_is_a_warning(case: Case):
    evaluate(case, case.folder / "missing.record")
    (finding,) = metadata_findings(case, RULE.code)
    assert finding.severity == "warning"
    assert "the training does not read it" in finding.message


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))

"""A misspelt or unknown field, or a syntax error, in the pipeline config (text_format.Merge)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.syntax_error import RULE
from support.breaking import findings_of
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "a misspelt field",
    "an unknown block",
    "a Windows path with an escape",
)


def test_a_misspelt_field_gets_the_most_similar_one(case: Case):
    case.write()
    case.pipeline.write_text(case.pipeline.read_text().replace("batch_size:", "batchsize:", 1))
    (finding,) = findings_of(case.report(scan=False), RULE.code)
    assert finding.severity == "error"
    assert finding.where.line is not None
    assert "batch_size" in str(finding.hint)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

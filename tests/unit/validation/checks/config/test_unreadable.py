"""The pipeline config cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.unreadable import RULE
from support.breaking import findings_of
from support.inputs import Case, codes
from support.recorded_cases import assert_recorded

RECORDED = ("a byte order mark",)


def test_a_missing_config_is_named(case: Case):
    (finding,) = findings_of(case.report(scan=False), RULE.code)
    assert finding.message.startswith(f"{case.pipeline} is missing")


def test_a_byte_order_mark_is_rejected_as_in_the_trainer(case: Case):
    case.write()
    case.pipeline.write_bytes(b"\xef\xbb\xbf" + case.pipeline.read_bytes())
    assert codes(case.report(scan=False)) == {RULE.code: "error"}


def test_a_syntax_error_is_reported_by_another_check(case: Case):
    case.pipeline.write_text("model {")
    assert codes(case.report(scan=False)) == {"config/syntax-error": "error"}


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

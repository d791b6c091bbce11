"""The pipeline config cannot be read."""

from __future__ import annotations

from detector_trainer.validation.checks.config.unreadable import RULE
from support.breaking import findings_of
from support.inputs import Case, codes

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


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

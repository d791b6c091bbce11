"""Records in a bucket cannot be read by the validator."""

from __future__ import annotations

from detector_trainer.validation.checks.records.not_checked_remote import RULE
from support.breaking import metadata_findings, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_records_in_a_bucket_are_not_checked(case: Case):
    set_fields(train_input_reader__tf_record_input_reader__input_path=["gs://bucket/a-*"])(case)
    (finding,) = metadata_findings(case, RULE.code)
    assert (finding.severity, finding.message) == ("info", "gs://bucket/a-* is remote: its records were not checked.")


def test_local_records_are_checked(case: Case):
    assert metadata_findings(case, RULE.code) == []

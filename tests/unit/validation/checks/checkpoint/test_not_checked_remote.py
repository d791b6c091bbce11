"""A checkpoint in a bucket cannot be read by the validator."""

from __future__ import annotations

from detector_trainer.validation.checks.checkpoint.not_checked_remote import RULE
from support.breaking import metadata_findings, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_a_checkpoint_in_a_bucket_is_not_checked(case: Case):
    set_fields(train_config__fine_tune_checkpoint="gs://bucket/ckpt-0")(case)
    (finding,) = metadata_findings(case, RULE.code)
    assert finding.severity == "info"
    assert finding.message == "gs://bucket/ckpt-0 is remote: the checkpoint was not checked."


def test_a_local_checkpoint_is_checked(case: Case):
    assert metadata_findings(case, RULE.code) == []

"""Images are dark."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.dark_images import RULE
from support.breaking import BOX, evaluate, findings_of
from support.inputs import Case
from support.mutations import picture
from support.pictures import appearance_findings, two_levels
from support.records import features, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


LIMITS = {
    "the level": (two_levels(10, 82, 0.02), two_levels(10, 81, 0.02)),  # 32 % of 255 is 81.6
    "the share": (two_levels(10, 200, 0.011), two_levels(10, 200, 0.01)),  # 99 % of the pixels
}


@pytest.mark.parametrize(("valid", "broken"), LIMITS.values(), ids=LIMITS)
def test_images_on_either_side_of_the_limit(case: Case, valid: bytes, broken: bytes):
    assert RULE.code not in appearance_findings(case, [valid] * 20)
    findings = appearance_findings(case, [broken] * 20)
    assert [*findings] == [RULE.code]
    assert (findings[RULE.code].severity, findings[RULE.code].count) == ("warning", 20)


def test_the_first_and_two_others_are_named_with_their_values(case: Case):
    valid, dark = picture(), [two_levels(10, level, 0.5) for level in (51, 64, 77, 26)]
    finding = appearance_findings(case, [valid, *dark, *dark[:1] * 6])[RULE.code]
    assert (finding.where.file, finding.where.record, finding.where.field) == (str(case.folder / "0.record"), 1, "image/encoded")
    assert finding.message.startswith("10 of 11 training images are dark, the first: 99 % of its pixels are below 20% of full")
    assert "record 2" in finding.message
    assert "25%" in finding.message
    assert "record 4" not in finding.message


@pytest.mark.parametrize(("dark", "valid", "named"), [(9, 0, False), (10, 0, True), (10, 989, True), (10, 990, False)])
def test_ten_images_and_more_than_one_in_a_hundred_are_named(case: Case, dark: int, valid: int, named: bool):
    findings = appearance_findings(case, [two_levels(10, 20, 0.5)] * dark + [picture()] * valid)
    assert (RULE.code in findings) == named


def test_evaluation_images_are_named_unless_the_training_reads_them_too(case: Case):
    dark = write(case.folder / "dark.record", [features(BOX, image__encoded=[two_levels(10, 20, 0.5)])] * 10)
    valid = write(case.folder / "valid.record", [features(BOX, image__encoded=[picture()])] * 10)
    case.config.ClearField("eval_input_reader")
    evaluate(case, dark)
    for train, files in ((valid, [True]), (dark, [False])):
        case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(train)]
        case.write()
        messages = [finding.message for finding in findings_of(case.report(), RULE.code)]
        assert ["10 of 10 evaluation images are dark" in message for message in messages] == files

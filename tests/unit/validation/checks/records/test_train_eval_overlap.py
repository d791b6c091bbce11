"""Training images are in the evaluation too."""

from __future__ import annotations

from detector_trainer.validation.checks.records.train_eval_overlap import RULE
from support.breaking import BOX, evaluate, findings_of
from support.inputs import Case
from support.records import features, image, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def evaluated(case: Case, *images: bytes) -> list[tuple[str, int]]:
    write(case.record, [features(BOX), features(BOX, image__encoded=[image(shade=10)])])
    records = [features(BOX, image__encoded=[data], image__source_id=[str(i).encode()]) for i, data in enumerate(images)]
    case.config.ClearField("eval_input_reader")
    evaluate(case, write(case.folder / "eval.record", records))
    case.write()
    return [(finding.severity.value, finding.count) for finding in findings_of(case.report(), RULE.code)]


def test_images_in_both_are_counted(case: Case):
    assert evaluated(case, image(), image(shade=20)) == [("warning", 1)]


def test_other_images_pass(case: Case):
    assert evaluated(case, image(shade=20)) == []


def test_the_same_files_are_worth_knowing(case: Case):
    evaluate(case, case.record)
    case.write()
    assert [finding.severity for finding in findings_of(case.report(), RULE.code)] == ["info"]

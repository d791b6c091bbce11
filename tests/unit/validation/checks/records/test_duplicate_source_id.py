"""Evaluation images share a source_id."""

from __future__ import annotations

from detector_trainer.validation.checks.records.duplicate_source_id import RULE
from support.breaking import BOX, evaluate, findings_of
from support.inputs import Case
from support.records import features, image, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def evaluated(case: Case, *ids: bytes) -> list[int]:
    write(case.record, [features(BOX)])
    records = [features(BOX, image__encoded=[image(shade=shade)], image__source_id=[name]) for shade, name in enumerate(ids)]
    case.config.ClearField("eval_input_reader")
    evaluate(case, write(case.folder / "eval.record", records))
    case.write()
    return [finding.count for finding in findings_of(case.report(), RULE.code)]


def test_evaluation_images_that_share_an_id_are_counted(case: Case):
    assert evaluated(case, b"1", b"1", b"1") == [2]


def test_unique_and_empty_ids_pass(case: Case):
    assert evaluated(case, b"1", b"2", b"", b"") == []

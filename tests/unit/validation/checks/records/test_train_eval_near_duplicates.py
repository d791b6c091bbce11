"""Evaluation images look like training images."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.train_eval_near_duplicates import RULE
from support.inputs import Case
from support.pictures import near_duplicates, photographs
from support.records import Features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_evaluation_images_that_look_like_training_images_are_named(case: Case):
    evaluation = photographs(range(100, 110)) + photographs(range(5), quality=60)
    findings = near_duplicates(case, [photographs(range(50, 60)), photographs(range(20))], evaluation)
    assert [*findings] == [RULE.code]
    finding = findings[RULE.code]
    assert (finding.severity, finding.count) == ("warning", 5)
    assert (finding.where.file, finding.where.record) == (str(case.folder / "eval.record"), 10)
    assert finding.message == (
        f"5 evaluation images look like training images: record 10 of {case.folder}/eval.record like record 0 of "
        f"{case.folder}/1.record."
    )


@pytest.mark.parametrize(
    ("evaluation", "named"),
    [
        (photographs(range(100, 110)) + photographs(range(4), quality=60), False),
        (photographs(range(100, 110)) + photographs(range(20)), False),  # exact copies: records/train-eval-overlap
        (photographs(range(100, 1094), size=(32, 24)) + photographs(range(5), quality=60), True),  # 5 of 999
        (photographs(range(100, 1095), size=(32, 24)) + photographs(range(5), quality=60), False),  # 5 of 1,000
    ],
    ids=["four", "copies", "more than one in 200", "one in 200"],
)
def test_either_side_of_the_limits(case: Case, evaluation: list[Features], named: bool):
    assert (RULE.code in near_duplicates(case, [photographs(range(20))], evaluation)) == named

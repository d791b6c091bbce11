"""Training images look like each other."""

from __future__ import annotations

import pytest

from detector_trainer.contract import Finding
from detector_trainer.validation.checks.records.near_duplicate_images import RULE
from support.inputs import Case
from support.pictures import near_duplicates, photographs
from support.records import Features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def found(case: Case, *files: list[Features]) -> dict[str, Finding]:
    return near_duplicates(case, [*files])


def test_copies_of_another_quality_or_size_are_found(case: Case):
    again = photographs(range(1), size=(120, 90)) + photographs(range(1, 5), quality=60)
    finding = found(case, photographs(range(20)), again)[RULE.code]
    assert (finding.severity, finding.count) == ("warning", 10)
    assert (finding.where.file, finding.where.record) == (str(case.folder / "0.record"), 0)
    assert finding.message == (
        f"10 of 25 training images look like another one: record 0 of {case.folder}/0.record like record 0 of "
        f"{case.folder}/1.record."
    )


@pytest.mark.parametrize(("again", "named"), [(4, False), (5, True)])
def test_ten_images_have_to_look_like_another(case: Case, again: int, named: bool):
    assert (RULE.code in found(case, photographs(range(20)) + photographs(range(again), quality=60))) == named


@pytest.mark.parametrize(("others", "named"), [(979, True), (995, False)])
def test_more_than_one_in_a_hundred_has_to(case: Case, others: int, named: bool):
    small = photographs(range(others), size=(64, 48))
    assert (RULE.code in found(case, small + photographs(range(5), quality=60))) == named


def test_exact_copies_are_not_counted(case: Case):
    assert found(case, photographs(range(20)), photographs(range(20))) == {}


def test_a_scan_that_reads_only_headers_does_not_compare(case: Case):
    case.options["decode_images"] = False
    assert found(case, photographs(range(20)), photographs(range(20), quality=60)) == {}

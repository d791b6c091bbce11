"""The same image occurs several times."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.duplicate_images import RULE
from support.breaking import BOX, dataset_findings
from support.inputs import Case
from support.records import Features, features, image

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def different(count: int) -> list[Features]:
    return [features(BOX, image__encoded=[image("PNG", size=(10 + number, 10))]) for number in range(count)]


def test_copies_are_counted_over_all_files(case: Case):
    (finding,) = dataset_findings(case, RULE.code, different(20), different(12))
    assert (finding.severity, finding.count) == ("warning", 12)
    assert finding.message == "12 of 32 training images are copies of others; one image occurs 2 times."


@pytest.mark.parametrize(("copies", "named"), [(9, False), (10, True)])
def test_ten_copies_are_named(case: Case, copies: int, named: bool):
    assert bool(dataset_findings(case, RULE.code, different(20), different(copies))) == named


def test_a_scan_that_reads_only_headers_does_not_look_for_copies(case: Case):
    case.options["decode_images"] = False
    assert dataset_findings(case, RULE.code, different(20), different(12)) == []

"""The weight of a box is NaN or infinite."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from detector_trainer.records.chunk import MAX_RECORDS
from detector_trainer.validation.checks.records.weight_not_finite import RULE
from support.breaking import BOX, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, write

RECORDED = (
    "weights, nan, plain",
    "weights, inf, plain",
    "weights, nan, crop",
    "weights, inf, crop",
    "weights, nan, Faster R-CNN",
    "weights, inf, Faster R-CNN",
    "weights, nan, CenterNet",
    "weights, inf, CenterNet",
    "weights, nan, DeepMAC",
    "weights, inf, DeepMAC",
    "weights, NaN in one of two",
    "weights, of masks, nan, CenterNet with masks",
    "weights, of masks, inf, CenterNet with masks",
)


def test_a_record_past_the_first_chunk_is_named_by_its_number(case: Case):
    case.config.ClearField("eval_input_reader")
    broken = features(BOX, image__object__weight=[math.inf])
    write(case.record, [*[features(BOX)] * (MAX_RECORDS + 1), broken])
    case.write()
    (finding,) = findings_of(case.report(), RULE.code)
    assert (finding.where.record, finding.count, finding.severity) == (MAX_RECORDS + 1, 1, "error")


def test_a_weight_beyond_the_last_box_is_dropped(case: Case):
    assert findings_of(scanned(case, features(BOX, image__object__weight=[1.0, math.nan])), RULE.code) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

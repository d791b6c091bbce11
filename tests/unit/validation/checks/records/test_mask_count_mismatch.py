"""A mask for each box, and its height and width."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.records.chunk import MAX_RECORDS
from detector_trainer.validation.checks.records.mask_count_mismatch import RULE
from support.breaking import findings_of
from support.inputs import Case, codes
from support.mutations import HEIGHT, LABEL_MAP, WIDTH, floats, ints, record
from support.recorded_cases import assert_recorded
from support.records import write

RECORDED = ("a mask short",)

MASKS = {"image/object/mask": floats(*[1.0] * (2 * WIDTH * HEIGHT))}


@pytest.mark.parametrize("height", [ints(HEIGHT, HEIGHT), ints()], ids=["two", "none"])
def test_a_height_that_is_no_number_beside_sound_ones_is_what_is_said(tmp_path: Path, height: object):
    case = Case(tmp_path)
    case.label_map.write_text("item { id: 1 name: 'cat' }\nitem { id: 2 name: 'dog' }\n")
    case.config.train_input_reader.load_instance_masks = True
    case.config.ClearField("eval_input_reader")
    write(case.record, [record(MASKS), record({**MASKS, "image/height": height}), record(MASKS)])
    case.write()
    assert {code for code, severity in codes(case.report()).items() if severity == "error"} == {"records/multi-value-scalar"}


def test_a_record_past_the_first_chunk_is_named_by_its_number(tmp_path: Path):
    case = Case(tmp_path)
    case.label_map.write_text(LABEL_MAP)
    case.config.train_input_reader.load_instance_masks = True
    case.config.ClearField("eval_input_reader")
    one_mask = {"image/object/mask": floats(*[1.0] * (WIDTH * HEIGHT))}
    write(case.record, [*[record(MASKS)] * (MAX_RECORDS + 1), record(one_mask)])
    case.write()
    (finding,) = findings_of(case.report(), RULE.code)
    assert (finding.where.record, finding.count, finding.severity) == (MAX_RECORDS + 1, 1, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

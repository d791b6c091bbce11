"""A mask for each box, and its height and width."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.inputs import Case, codes
from support.mutations import HEIGHT, WIDTH, floats, ints, record
from support.records import write

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

"""A checksum does not match; detected while the framing is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.corrupt import RULE
from support.breaking import BOX, on_disk, the_error
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import example, features, framed

RECORDED = ("a flipped byte",)


SHARD = framed(example(features(BOX))) * 3


def test_a_flipped_bit_is_named_with_the_record(case: Case):
    error = the_error(on_disk(case, SHARD[:-100] + bytes([SHARD[-100] ^ 1]) + SHARD[-99:]))
    assert (error.code, error.where.record) == (RULE.code, 2)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

"""A record file ends inside a record; detected while its framing is read."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.truncated import RULE
from support.breaking import BOX, on_disk, the_error
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import example, features, framed

RECORDED = ("cut off",)


SHARD = framed(example(features(BOX))) * 3


def test_a_file_that_ends_inside_a_record_is_named(case: Case):
    error = the_error(on_disk(case, SHARD[:-5]))
    assert (error.code, error.where.record) == (RULE.code, 2)
    assert "5 bytes are missing" in error.message


def test_a_record_that_claims_an_exabyte_is_truncated(case: Case):
    length = struct.pack("<Q", 1 << 60)
    checksum = framed(length)[-4:]
    error = the_error(on_disk(case, SHARD + length + checksum + b"x" * 100))
    assert (error.code, error.where.record) == (RULE.code, 3)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

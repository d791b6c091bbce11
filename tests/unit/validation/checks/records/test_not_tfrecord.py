"""A file is not a TFRecord file; detected while its framing is read."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.not_tfrecord import RULE
from support.breaking import BOX, on_disk, the_error
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import example, features, framed, image

RECORDED = ("gzip",)


SHARD = framed(example(features(BOX))) * 3
FILES = {
    "gzip": gzip.compress(SHARD),
    "HTML": b"<!DOCTYPE html><html>Not found</html>",
    "git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "a JPEG": image() * 3,
    "2^60 bytes without a checksum": struct.pack("<Q", 1 << 60) + framed(b"")[8:12],
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_file_of_another_kind_is_named(case: Case, data: bytes):
    error = the_error(on_disk(case, data))
    assert (error.code, error.where.record) == (RULE.code, None)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

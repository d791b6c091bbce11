"""A few bytes follow the last record; detected while the framing is read."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.trailing_bytes import RULE
from support.breaking import BOX, on_disk
from support.inputs import Case, codes
from support.records import example, features, framed

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


SHARD = framed(example(features(BOX))) * 3


@pytest.mark.parametrize(("extra", "code"), [(1, RULE.code), (11, RULE.code)])
def test_fewer_than_12_bytes_after_the_last_record_are_a_warning(case: Case, extra: int, code: str):
    assert codes(on_disk(case, SHARD + bytes(extra))) == {code: "warning"}


def test_12_bytes_begin_a_record(case: Case):
    assert RULE.code not in codes(on_disk(case, SHARD + bytes(12)))

"""Masks are loaded, but a record with boxes has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.masks_missing import RULE
from support.recorded_cases import assert_recorded

RECORDED = ("masks asked for, and none there",)  # vocabulary: quoted


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

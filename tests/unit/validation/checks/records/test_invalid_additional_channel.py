"""An additional channel of an image cannot be decoded, or does not have the size of the image."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.invalid_additional_channel import RULE
from support.recorded_cases import assert_recorded

RECORDED = (
    "an additional channel that is a CMYK JPEG",
    "an additional channel that is a BMP",
    "an additional channel that is a GIF",
    "an additional channel that is a WebP",
    "an additional channel that is a PNG that is cut off",
    "an additional channel that is a JPEG that is cut off",
    "an additional channel that is a empty one",
    "an additional channel that is a text",
    "an additional channel of another size",
)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

"""A mask cannot be decoded, or does not have the size of the other masks of its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.broken_mask import RULE
from support.breaking import findings_of
from support.inputs import Case
from support.mutations import HEIGHT, LABEL_MAP, WIDTH, record, texts
from support.recorded_cases import assert_recorded
from support.records import framed, image

RECORDED = (
    "a mask that is a CMYK JPEG",
    "a mask that is a BMP",
    "a mask that is a GIF",
    "a mask that is a WebP",
    "a mask that is a PNG that is cut off",
    "a mask that is a JPEG that is cut off",
    "a mask that is a empty one",
    "a mask that is a text",
)


@pytest.fixture
def masked(case: Case, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.chdir(case.folder)
    case.config.ClearField("eval_input_reader")
    case.config.train_input_reader.load_instance_masks = True
    case.config.train_input_reader.mask_type = 2
    case.label_map.write_text(LABEL_MAP)
    case.write()
    return case


def named(case: Case, *masks: bytes) -> list[tuple[str, str]]:
    case.record.write_bytes(framed(record({"image/object/mask": texts(*masks)})))
    return [(finding.severity.value, finding.message) for finding in findings_of(case.report(), RULE.code)]


def mask(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    return image("PNG", size=(width, height), mode="L")


def test_masks_of_the_size_of_the_image_pass(masked: Case):
    assert named(masked, mask(), mask()) == []


def test_a_truncated_mask_is_an_error(masked: Case):
    ((severity, message),) = named(masked, mask(), mask()[:-20])
    assert severity == "error"
    assert "Mask 1 cannot be decoded" in message


def test_masks_of_different_sizes_are_an_error(masked: Case):
    ((severity, message),) = named(masked, mask(), mask(WIDTH + 1))
    assert severity == "error"
    assert "different sizes" in message


def test_masks_of_another_aspect_ratio_are_a_warning(masked: Case):
    ((severity, message),) = named(masked, mask(2 * WIDTH), mask(2 * WIDTH))
    assert severity == "warning"
    assert "but the image is" in message


def test_masks_of_an_image_without_a_size_are_not_compared(masked: Case):
    changes = {"image/object/mask": texts(mask(2 * WIDTH), mask(2 * WIDTH)), "image/encoded": texts(b"x")}
    masked.record.write_bytes(framed(record(changes)))
    assert findings_of(masked.report(), RULE.code) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)

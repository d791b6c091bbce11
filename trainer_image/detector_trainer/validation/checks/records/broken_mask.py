"""A mask cannot be decoded, or does not have the size of the other masks of its record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State, inspect_gray
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import MASK
from detector_trainer.records.tally import Hit
from detector_trainer.validation.checks.records import image_not_decoded
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/broken-mask",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    silent_impact="worse, a warning, where a mask has another aspect ratio than its image: it is stretched",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A mask is damaged, is not a PNG or JPEG, or does not have the size of the other masks of its record.",
    why=(
        'The trainer decodes every mask and fails with "Unknown image file format", "Invalid PNG data" or "Incompatible '
        'shapes during merge". It silently stretches masks of another aspect ratio than the image.'
    ),
    fix="Write each mask as a PNG with the height and width of the image, and 0 outside of the object.",
)
STRETCHED = 0.05  # if the two aspect ratios differ by more, the mask is not a scaled-down mask of the image


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each record with such a mask. Masks of a lower resolution than the image are valid: the trainer scales them."""
    if settings.masks != "png":
        return
    for index in np.flatnonzero(chunk.parsed & (chunk.lengths(MASK) > 0)).tolist():
        facts = [inspect_gray(memoryview(mask), decoding=settings.decode_images) for mask in chunk.values(MASK, index)]
        record = chunk.first + index
        bad = next((number for number, fact in enumerate(facts) if fact.state not in (State.SOUND, State.NOT_DECODED)), None)
        skipped = next((number for number, fact in enumerate(facts) if fact.state is State.NOT_DECODED), None)
        sizes = {(fact.width, fact.height) for fact in facts}
        if bad is not None:
            detail = facts[bad].detail or facts[bad].state.value
            yield Hit(chunk.file, f"Mask {bad} cannot be decoded: {detail}.", record, MASK)
        elif len(sizes) > 1:
            shown = " and ".join(f"{width} x {height}" for width, height in sorted(sizes)[:2])
            yield Hit(chunk.file, f"The masks have different sizes: {shown}.", record, MASK)
        elif skipped is not None:
            message = f"Mask {skipped} was not decoded: {facts[skipped].detail}."
            yield Hit(chunk.file, message, record, MASK, image_not_decoded.RULE.fix, severity=Severity.WARNING)
        else:
            ((width, height),) = sizes
            image_height, image_width = map(int, chunk.image_sizes[index])
            if image_height and height and abs(width / height / (image_width / image_height) - 1) > STRETCHED:
                message = f"The masks are {width} x {height}, but the image is {image_width} x {image_height}."
                yield Hit(chunk.file, message, record, MASK, severity=Severity.WARNING)

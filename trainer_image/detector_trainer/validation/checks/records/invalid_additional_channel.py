"""An additional channel of an image that cannot be decoded, or that is not as large as the image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State, inspect_gray
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import CHANNELS
from detector_trainer.records.tally import Hit
from detector_trainer.validation.checks.records import image_not_decoded
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/invalid-additional-channel",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(33,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="An additional channel cannot be decoded, or is not as large as the image.",
    why='The trainer ends with "Unknown image file format", "Invalid PNG data" or "ConcatOp" when it draws the record.',
    fix="Write each channel as a gray PNG or JPEG with the height and width of the image.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """A hit for each such record."""
    if not settings.num_additional_channels:
        return
    for index in np.flatnonzero(chunk.parsed).tolist():
        facts = [inspect_gray(memoryview(image), decoding=settings.decode_images) for image in chunk.values(CHANNELS, index)]
        height, width = map(int, chunk.image_sizes[index])
        skipped = None
        for number, fact in enumerate(facts):
            if fact.state not in (State.SOUND, State.NOT_DECODED):
                said = f"Channel {number} cannot be decoded: {fact.detail or fact.state.value}."
            elif height and fact.height and (fact.height, fact.width) != (height, width):
                said = f"Channel {number} is {fact.width} x {fact.height}, the image is {width} x {height}."
            else:
                skipped = number if fact.state is State.NOT_DECODED and skipped is None else skipped
                continue
            yield Hit(chunk.file, said, chunk.first + index, CHANNELS)
            break
        else:
            if skipped is not None:
                said = f"Channel {skipped} was not decoded: {facts[skipped].detail}."
                yield Hit(chunk.file, said, chunk.first + index, CHANNELS, image_not_decoded.RULE.fix, Severity.WARNING)

"""An additional channel of an image cannot be decoded, or does not have the size of the image."""

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
    what="An additional channel cannot be decoded, or does not have the size of the image.",
    why='The trainer fails with "Unknown image file format", "Invalid PNG data" or "ConcatOp" when it reads the record.',
    fix="Write each channel as a grayscale PNG or JPEG with the height and width of the image.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record."""
    if not settings.num_additional_channels:
        return
    for index in np.flatnonzero(chunk.parsed).tolist():
        facts = [inspect_gray(memoryview(image), decoding=settings.decode_images) for image in chunk.values(CHANNELS, index)]
        height, width = map(int, chunk.image_sizes[index])
        skipped = None
        for number, fact in enumerate(facts):
            if fact.state not in (State.SOUND, State.NOT_DECODED):
                message = f"Channel {number} cannot be decoded: {fact.detail or fact.state.value}."
            elif height and fact.height and (fact.height, fact.width) != (height, width):
                message = f"Channel {number} is {fact.width} x {fact.height}, but the image is {width} x {height}."
            else:
                skipped = number if fact.state is State.NOT_DECODED and skipped is None else skipped
                continue
            yield Hit(chunk.file, message, chunk.first + index, CHANNELS)
            break
        else:
            if skipped is not None:
                message = f"Channel {skipped} was not decoded: {facts[skipped].detail}."
                yield Hit(chunk.file, message, chunk.first + index, CHANNELS, image_not_decoded.RULE.fix, Severity.WARNING)

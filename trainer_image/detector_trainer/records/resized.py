"""The images of a chunk, and their boxes, after the trainer's image resizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector_trainer.records.chunk import Chunk, computed_once
from detector_trainer.records.reader_settings import ReaderSettings


class ResizedBox(NamedTuple):
    """An example of a box after the resizer."""

    file: str
    record: int
    resized: tuple[int, int]
    """Height and width of the resized image."""
    box: tuple[float, float]
    """Height and width of the box, in its pixels."""


@dataclass(frozen=True)
class ResizedBoxes:
    """The boxes of a chunk in pixels of the resized images."""

    pixels: NDArray[np.float64]
    """float64 of shape [2, boxes]: heights and widths."""
    sized: NDArray[np.bool_]
    """bool of shape [boxes]: the box has an area, and the size of its image is known."""


@computed_once
def resized_images(chunk: Chunk, settings: ReaderSettings) -> NDArray[np.int32] | None:
    """Return the sizes of the images after the resizer: int32 of shape [records, 2], height and width, 0 where unknown.

    None for evaluation, and if the resizer is unknown.
    """
    if not settings.training or settings.resizer is None:
        return None
    known = np.flatnonzero(chunk.image_sizes[:, 0])
    resized = np.zeros_like(chunk.image_sizes)
    resized[known] = settings.resizer.resized(chunk.image_sizes[known])
    return resized


@computed_once
def resized_boxes(chunk: Chunk, settings: ReaderSettings) -> ResizedBoxes | None:
    """Return the boxes in pixels of the resized images. None where resized_images is."""
    resized = resized_images(chunk, settings)
    if resized is None:
        return None
    boxes = chunk.boxes()
    ymin, xmin, ymax, xmax = boxes.sides
    with np.errstate(invalid="ignore"):
        pixels: NDArray[np.float64] = np.stack([ymax - ymin, xmax - xmin]) * resized[boxes.record].T
        return ResizedBoxes(pixels, pixels.min(axis=0) > 0)


def example(chunk: Chunk, settings: ReaderSettings, index: int) -> ResizedBox:
    """Describe a box of those that resized_boxes returned."""
    resized, boxes = resized_images(chunk, settings), resized_boxes(chunk, settings)
    assert resized is not None
    assert boxes is not None
    record, (height, width) = int(chunk.boxes().record[index]), boxes.pixels[:, index].tolist()
    image_height, image_width = resized[record].tolist()
    return ResizedBox(chunk.file, chunk.first + record, (image_height, image_width), (height, width))

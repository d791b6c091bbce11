"""Counts images and boxes of a reader, and their extreme sizes: for the report, and for checks that need them."""

from __future__ import annotations

from operator import gt, lt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector_trainer.records.accumulator import Sums, largest, named, part, total
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings


class Size(NamedTuple):
    """Size of an image in pixels."""

    width: int
    height: int


def _extreme(*, smallest: bool) -> Size | None:
    """Declare the size of the image with the fewest or the most pixels; the first of several."""
    beyond = lt if smallest else gt

    def choose(ours: Size | None, theirs: Size | None) -> Size | None:
        if ours is None or theirs is None:
            return ours or theirs
        return theirs if beyond(theirs.width * theirs.height, ours.width * ours.height) else ours

    return part(lambda: None, choose, load=lambda value: None if value is None else named(Size, value))


class Summary(Sums):
    """Statistics for the report."""

    code = "shared/summary"
    images: int = total()
    boxes: int = total()
    max_boxes: int = largest()
    """Of one record."""
    min_size: Size | None = _extreme(smallest=True)
    max_size: Size | None = _extreme(smallest=False)

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:  # noqa: ARG002
        """Count the images and boxes of the next records."""
        counts = chunk.boxes().counts
        self.merge(
            Summary(
                images=chunk.size - sum(fact.state is State.MISSING for fact in chunk.faults.values()),
                boxes=int(counts.sum()),
                max_boxes=int(counts.max(initial=0)),
                **_extremes(chunk.image_sizes),
            )
        )


def _extremes(sizes: NDArray[np.int32]) -> dict[str, Size]:
    """Find the extreme sizes. Args: sizes int32[images, 2], height and width, 0 where unknown."""
    sizes = sizes[sizes[:, 0] > 0]
    if not len(sizes):
        return {}
    pixels = sizes[:, 0].astype(np.int64) * sizes[:, 1]
    found = {"min_size": pixels.argmin(), "max_size": pixels.argmax()}
    return {name: Size(int(sizes[index, 1]), int(sizes[index, 0])) for name, index in found.items()}

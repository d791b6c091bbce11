"""Boxes are tiny after the image resizer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.accumulator import Sums, first_seen, total
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.resized import ResizedBox, example, resized_boxes
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/tiny-after-resize",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent_impact="worse: such objects cannot be detected",
    verified_by=("tests/unit/validation/checks/records/test_tiny_after_resize.py", "tests/trainer/test_resizer_agrees.py"),
    what="More than one in a hundred boxes is less than 2 pixels wide or high after the image resizer.",
    why="The model gets the resized image, which shows almost nothing of such an object, and the loss stays high.",
    fix="Resize to larger images, split the images into tiles, or omit such boxes.",
)
PIXELS = 2
"""The limit of the shorter side of a box: below it, the box is tiny."""
SHARE = 0.01
FEW = 5


class TinyBoxes(Sums):
    """Training boxes that are tiny after the resizer."""

    code = RULE.code
    boxes: int = total()
    """Boxes with an area, whose size after the resizer is known."""
    tiny: int = total()
    first: ResizedBox | None = first_seen(ResizedBox)

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Count the boxes of the next records."""
        boxes = resized_boxes(chunk, settings)
        if boxes is None:
            return
        with np.errstate(invalid="ignore"):
            tiny = np.flatnonzero(boxes.sized & (boxes.pixels.min(axis=0) < PIXELS))
        self.boxes += int(boxes.sized.sum())
        self.tiny += len(tiny)
        if len(tiny) and self.first is None:
            self.first = example(chunk, settings, int(tiny[0]))


ACCUMULATORS = (TinyBoxes,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding, with the first such box. Augmentations that enlarge some of them are not considered."""
    settings, seen = dataset.train_settings, dataset.train[TinyBoxes]
    if settings.resizer is None or seen.first is None or seen.tiny < max(FEW, SHARE * seen.boxes):
        return
    first = seen.first
    (height, width), (box_height, box_width) = first.resized, first.box
    yield RULE.finding(
        f"{seen.tiny:,} of {seen.boxes:,} boxes are less than {PIXELS} pixels wide or high after {settings.resizer.kind}; "
        f"the first is {box_width:.2g} x {box_height:.2g} pixels of {width} x {height}.",
        where=Where(file=first.file, record=first.record, field="image/object/bbox/xmin"),
        count=seen.tiny,
    )

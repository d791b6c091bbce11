"""No anchor of the model has a size and shape similar to many boxes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.accumulator import Sums, first_seen, total
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.resized import ResizedBox, example, resized_boxes
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

UNLIKE = 4
"""The factor of heights or widths from which on a box and an anchor are not similar."""
SHARE = 0.02
"""This and UNLIKE are the limits of YOLOv5's AutoAnchor, which computes new anchors if the best possible recall is below 0.98."""
FEW = 10
RULE = Rule(
    code="records/boxes-unlike-anchors",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent_impact="worse: these boxes are matched to anchors that hardly overlap them, and detected badly",
    verified_by=("tests/unit/validation/checks/records/test_boxes_unlike_anchors.py",),
    what=(
        f"After the image resizer, more than two in a hundred training boxes differ from every anchor of the model by a factor of {UNLIKE} "
        "or more in height or width."
    ),
    why="The model predicts offsets from its anchors: boxes far from all anchors are hard to learn, and the loss stays high.",
    fix="Set scales and aspect_ratios of the anchor_generator to those of the boxes, or resize to larger images.",
)


class UnlikeBoxes(Sums):
    """Training boxes that are not similar to any anchor."""

    code = RULE.code
    boxes: int = total()
    """Boxes with an area, whose size after the resizer is known; 0 if the anchors are unknown."""
    unlike: int = total()
    first: ResizedBox | None = first_seen(ResizedBox)

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Compare the boxes of the next records with the anchors."""
        boxes = resized_boxes(chunk, settings)
        if boxes is None or not settings.anchors:
            return
        sized = np.flatnonzero(boxes.sized)
        unlike = sized[_unlike(boxes.pixels[:, sized], settings.anchors)]
        self.boxes += len(sized)
        self.unlike += len(unlike)
        if len(unlike) and self.first is None:
            self.first = example(chunk, settings, int(unlike[0]))


ACCUMULATORS = (UnlikeBoxes,)


def _unlike(pixels: NDArray[np.float64], anchors: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    """Return which boxes are not similar to any anchor: bool[boxes], from heights and widths [2, boxes]."""
    sides, far, unlike = np.log2(pixels), np.log2(UNLIKE), np.ones(pixels.shape[1], bool)
    for height, width in np.log2(anchors):
        unlike &= (np.abs(sides[0] - height) >= far) | (np.abs(sides[1] - width) >= far)
    return unlike


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding, with the first such box. Models whose images differ in size are skipped: their anchors differ too."""
    seen, anchors = dataset.train[UnlikeBoxes], dataset.train_settings.anchors
    first = seen.first
    if first is None or seen.unlike < FEW or seen.unlike <= SHARE * seen.boxes:
        return
    (height, width), smallest, largest = first.box, anchors[0], anchors[-1]
    yield RULE.finding(
        f"{seen.unlike:,} of {seen.boxes:,} boxes differ from every anchor ({len(anchors)}, of {_size(*smallest)} to "
        f"{_size(*largest)} pixels); the first is {_size(height, width)}, in an image of {first.resized[1]} x {first.resized[0]}.",
        where=Where(file=first.file, record=first.record, field="image/object/bbox/xmin"),
        count=seen.unlike,
    )


def _size(height: float, width: float) -> str:
    return f"{width:.3g} x {height:.3g}"

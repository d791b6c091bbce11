"""Boxes of sizes and shapes that the model has no anchor for."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.totals import UNLIKE, Dataset

SHARE = 0.02
"""With UNLIKE the limits of YOLOv5's AutoAnchor: it makes new anchors where the best possible recall is below 0.98."""
FEW = 10
RULE = Rule(
    code="records/boxes-unlike-anchors",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent="worse: these boxes are matched to anchors that hardly overlap them, and found badly",
    held_by=("tests/unit/records/test_boxes_unlike_anchors.py",),
    what=(
        f"More than two in a hundred training boxes are, after the image resizer, unlike every anchor of the model: {UNLIKE} times as "
        "high or wide, or as low or narrow, or more so."
    ),
    why="The model starts from its anchors: what is far from all of them is hard to learn, and the loss stays high.",
    fix="Give the anchor_generator scales and aspect_ratios like those of the boxes, or let the resizer make larger images.",
)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding, with the first such box. Nothing is said of models whose images differ in size: their anchors do too."""
    train, anchors, first = dataset.train, dataset.train_job.anchors, dataset.train.first_unlike
    if first is None or train.unlike < FEW or train.unlike <= SHARE * train.sized_boxes:
        return
    (height, width), smallest, largest = first.box, anchors[0], anchors[-1]
    yield RULE.finding(
        f"{train.unlike:,} of {train.sized_boxes:,} boxes are unlike every anchor ({len(anchors)}, of {_size(*smallest)} to "
        f"{_size(*largest)} pixels); the first is {_size(height, width)}, in an image of {first.resized[1]} x {first.resized[0]}.",
        where=Where(file=first.file, record=first.record, field="image/object/bbox/xmin"),
        count=train.unlike,
    )


def _size(height: float, width: float) -> str:
    return f"{width:.3g} x {height:.3g}"

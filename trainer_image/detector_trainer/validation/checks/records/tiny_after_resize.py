"""Boxes of which the resizer leaves next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.totals import TINY_PIXELS, Dataset

RULE = Rule(
    code="records/tiny-after-resize",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent="worse: such objects cannot be found",
    held_by=("tests/unit/records/test_whole_dataset.py", "tests/trainer/test_resizer_agrees.py"),
    what="More than one in a hundred boxes is less than 2 pixels wide or high after the image resizer.",
    why="The model sees the resized image: there is next to nothing of such an object in it, and the loss stays high.",
    fix="Let the resizer make larger images, cut the images into tiles, or leave such boxes out.",
)
SHARE = 0.01
FEW = 5


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding, with the first such box. Crops enlarge some of them; that is not counted."""
    job, train = dataset.train_job, dataset.train
    if job.resizer is None or train.first_tiny is None or train.tiny < max(FEW, SHARE * train.sized_boxes):
        return
    first = train.first_tiny
    (height, width), (box_height, box_width) = first.resized, first.box
    yield RULE.finding(
        f"{train.tiny:,} of {train.sized_boxes:,} boxes are less than {TINY_PIXELS} pixels wide or high after {job.resizer.kind}; "
        f"the first is {box_width:.2g} x {box_height:.2g} pixels of {width} x {height}.",
        where=Where(file=first.file, record=first.record, field="image/object/bbox/xmin"),
        count=train.tiny,
    )

"""The sizes and shapes of boxes and images, as charts beside the model's anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector_trainer.pipeline.anchors import anchor_sizes, best_overlaps
from detector_trainer.pipeline.resizer import Resizer, resizer_of
from detector_trainer.records.image import inspect
from detector_trainer.report import charts, pictures
from detector_trainer.report.markup import count
from detector_trainer.report.record_reader import Record

if TYPE_CHECKING:
    from detector_trainer.protos.types import TrainEvalPipelineConfig

HALF = 0.5
"""Of intersection over union: most models match a box to anchors that overlap it by this."""

NONE = np.empty((0, 2))


class Shapes:
    """Sizes of images, and of the sound boxes in them."""

    def __init__(self) -> None:
        self._images: list[tuple[int, int]] = []
        self._boxes: list[tuple[float, float]] = []
        self._image_of: list[int] = []

    def add(self, record: Record) -> None:
        """Takes a record into account, if the size of its image is known."""
        fact = inspect(memoryview(record.image), decoding=False)
        if not fact.width:
            return
        for box in record.boxes:
            if pictures.problem(box) in ("", pictures.BEYOND):
                self._boxes.append((box.ymax - box.ymin, box.xmax - box.xmin))
                self._image_of.append(len(self._images))
        self._images.append((fact.height, fact.width))

    @property
    def images(self) -> NDArray[np.int64]:
        """int64 of shape [images, 2]: height and width in pixels."""
        return np.array(self._images, np.int64).reshape(-1, 2)

    def boxes(self, images: NDArray[np.integer]) -> NDArray[np.float64]:
        """The boxes, in pixels of images that have these sizes: float64 of shape [boxes, 2], height and width."""
        shares = np.array(self._boxes, np.float64).reshape(-1, 2)
        return np.asarray(shares * images[self._image_of], np.float64)


def figures(seen: Shapes, config: TrainEvalPipelineConfig) -> str:
    """`<figure>`s; none if no image has a size."""
    if not len(seen.images):
        return ""
    resizer = resizer_of(config)
    resized = resizer.resized(seen.images) if resizer is not None else seen.images
    boxes = seen.boxes(resized)
    anchors = anchor_sizes(config, _fed(resizer, resized)) if resizer is not None else NONE
    parts = []
    if len(boxes):
        parts.append(
            _figure(
                "Sizes of boxes", charts.sizes(boxes, anchors, "boxes"), _said_of_sizes(boxes, anchors, _of(resizer, resized))
            )
        )
        parts.append(_figure("Shapes of boxes", charts.ratios(boxes, anchors), _said_of_ratios(anchors)))
    if len(np.unique(seen.images, axis=0)) > 1:
        parts.append(
            _figure("Sizes of images", charts.sizes(seen.images, NONE, "images"), _said_of_images(seen, resizer, resized))
        )
    return "".join(parts)


def _figure(title: str, chart: str, said: str) -> str:
    return f"<figure><h3>{title}</h3>{chart}<figcaption>{said}</figcaption></figure>"


def _fed(resizer: Resizer | None, resized: NDArray[np.integer]) -> tuple[int, int]:
    """Height and width of the image that the model gets; the median where they differ."""
    if resizer is not None and resizer.pads:
        return resizer.high, resizer.high
    height, width = np.median(resized, axis=0)
    return int(height), int(width)


def _said_of_sizes(boxes: NDArray[np.float64], anchors: NDArray[np.float64], of: str) -> str:
    said = f"Each dot is a box, in pixels of {of}. Dotted lines: as wide as high, half and twice as wide."
    if not len(anchors):
        return said
    said += f" Rings: the {count(len(anchors), 'size')} of the model's anchors."
    far = int((best_overlaps(boxes, anchors) < HALF).sum())
    if not far:
        return f"{said} Every box has an anchor that overlaps it by half or more."
    share = 100 * far / len(boxes)
    return (
        f"{said} <strong>{far:,} of {count(len(boxes), 'box')} ({share:.{0 if share >= 1 else 1}f} %)</strong> "
        f"{'has' if far == 1 else 'have'} no anchor that overlaps by half, not even one in the right place."
    )


def _said_of_ratios(anchors: NDArray[np.float64]) -> str:
    rings = " Rings: the shapes of the model's anchors." if len(anchors) else ""
    return f"Width to height; left of 1:1 a box is higher than wide.{rings}"


def _of(resizer: Resizer | None, resized: NDArray[np.integer]) -> str:
    """What the pixels are of."""
    if resizer is None:
        return "the image"
    height, width = _fed(resizer, resized)
    return f"the image as the model gets it ({width:,} × {height:,})" if resizer.one_size else "the resized image"


def _said_of_images(seen: Shapes, resizer: Resizer | None, resized: NDArray[np.integer]) -> str:
    said = f"Each dot is an image, in pixels: {count(len(np.unique(seen.images, axis=0)), 'different size')}."
    if resizer is None:
        return said
    height, width = _fed(resizer, resized)
    if resizer.one_size:
        return f"{said} The model gets them all as {width:,} × {height:,}."
    pixels = resized.prod(axis=1)
    (low, small), (high, large) = resized[pixels.argmin()], resized[pixels.argmax()]
    return f"{said} The model gets them as {small:,} × {low:,} to {large:,} × {high:,}."

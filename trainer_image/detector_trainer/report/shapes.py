"""Draws charts of the sizes and shapes of boxes and images, with the model's anchors."""

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
"""Intersection over union at which most models match a box with an anchor."""

NONE = np.empty((0, 2))


class Shapes:
    """Collects sizes of images, and of the valid boxes in them."""

    def __init__(self) -> None:
        self._images: list[tuple[int, int]] = []
        self._boxes: list[tuple[float, float]] = []
        self._image_of: list[int] = []

    def add(self, record: Record) -> None:
        """Add a record, if the size of its image is known."""
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
        """Return height and width of the boxes in pixels, float64[boxes, 2]. Args: images int[images, 2], sizes of the images."""
        shares = np.array(self._boxes, np.float64).reshape(-1, 2)
        return np.asarray(shares * images[self._image_of], np.float64)


def figures(seen: Shapes, config: TrainEvalPipelineConfig) -> str:
    """Return `<figure>`s; empty if no image has a size."""
    if not len(seen.images):
        return ""
    resizer = resizer_of(config)
    resized = resizer.resized(seen.images) if resizer is not None else seen.images
    boxes = seen.boxes(resized)
    anchors = anchor_sizes(config, _input_size(resizer, resized)) if resizer is not None else NONE
    parts = []
    if len(boxes):
        parts.append(
            _figure(
                "Sizes of boxes",
                charts.sizes(boxes, anchors, "boxes"),
                _size_caption(boxes, anchors, _pixels_of(resizer, resized)),
            )
        )
        parts.append(_figure("Shapes of boxes", charts.ratios(boxes, anchors), _ratio_caption(anchors)))
    if len(np.unique(seen.images, axis=0)) > 1:
        parts.append(
            _figure("Sizes of images", charts.sizes(seen.images, NONE, "images"), _image_caption(seen, resizer, resized))
        )
    return "".join(parts)


def _figure(title: str, chart: str, caption: str) -> str:
    return f"<figure><h3>{title}</h3>{chart}<figcaption>{caption}</figcaption></figure>"


def _input_size(resizer: Resizer | None, resized: NDArray[np.integer]) -> tuple[int, int]:
    """Return height and width of the model's input image; the median if they differ."""
    if resizer is not None and resizer.pads:
        return resizer.high, resizer.high
    height, width = np.median(resized, axis=0)
    return int(height), int(width)


def _size_caption(boxes: NDArray[np.float64], anchors: NDArray[np.float64], of: str) -> str:
    caption = f"Each dot is a box, in pixels of {of}. Dotted lines: aspect ratios 1:1, 1:2 and 2:1."
    if not len(anchors):
        return caption
    caption += f" Rings: the {count(len(anchors), 'size')} of the model's anchors."
    far = int((best_overlaps(boxes, anchors) < HALF).sum())
    if not far:
        return f"{caption} Every box has an anchor that overlaps it by half or more."
    share = 100 * far / len(boxes)
    return (
        f"{caption} <strong>{far:,} of {count(len(boxes), 'box')} ({share:.{0 if share >= 1 else 1}f} %)</strong> "
        f"{'has' if far == 1 else 'have'} no anchor that overlaps by half, not even one in the right place."
    )


def _ratio_caption(anchors: NDArray[np.float64]) -> str:
    rings = " Rings: the shapes of the model's anchors." if len(anchors) else ""
    return f"Width to height; left of 1:1 boxes are taller than wide.{rings}"


def _pixels_of(resizer: Resizer | None, resized: NDArray[np.integer]) -> str:
    """Name the image to which pixels refer."""
    if resizer is None:
        return "the image"
    height, width = _input_size(resizer, resized)
    return f"the image as the model gets it ({width:,} × {height:,})" if resizer.one_size else "the resized image"


def _image_caption(seen: Shapes, resizer: Resizer | None, resized: NDArray[np.integer]) -> str:
    caption = f"Each dot is an image, in pixels: {count(len(np.unique(seen.images, axis=0)), 'different size')}."
    if resizer is None:
        return caption
    height, width = _input_size(resizer, resized)
    if resizer.one_size:
        return f"{caption} The model gets them all as {width:,} × {height:,}."
    pixels = resized.prod(axis=1)
    (low, small), (high, large) = resized[pixels.argmin()], resized[pixels.argmax()]
    return f"{caption} The model gets them as {small:,} × {low:,} to {large:,} × {high:,}."

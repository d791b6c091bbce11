"""Computes image sizes after the trainer's image resizer (builders/image_resizer_builder.py, core/preprocessor.py).

The trainer calculates in float32, and so does this: tests/trainer/test_resizer_agrees.py compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from detector_trainer.protos.types import ImageResizer, TrainEvalPipelineConfig

KEEP_ASPECT, FIXED, IDENTITY, CONDITIONAL = (
    "keep_aspect_ratio_resizer",
    "fixed_shape_resizer",
    "identity_resizer",
    "conditional_shape_resizer",
)
GREATER = 1
"""ConditionalShapeResizer.GREATER: images above the threshold are scaled down; otherwise those below it are scaled up."""


@dataclass(frozen=True)
class Resizer:
    """The settings that determine the size."""

    kind: str
    """The field of the ImageResizer that is set."""
    low: int = 0
    """min_dimension, height or size_threshold."""
    high: int = 0
    """max_dimension or width."""
    pads: bool = False
    greater: bool = True

    @property
    def one_size(self) -> bool:
        """Whether all images have the same size afterwards."""
        return self.kind == FIXED or self.pads

    def resized(self, sizes: NDArray[np.integer]) -> NDArray[np.integer]:
        """Compute the sizes of images after resizing, before padding: int[images, 2] in and out, height and width."""
        if self.kind == FIXED:
            return _filled(sizes, self.low, self.high)
        if self.kind == KEEP_ASPECT:
            return _within(sizes, self.low, self.high)
        if self.kind == CONDITIONAL:
            return _conditional(sizes, self.low, self.greater)
        return sizes


def resizer_of(config: TrainEvalPipelineConfig) -> Resizer | None:
    """Return the resizer of a TrainEvalPipelineConfig; None for an unknown one, or one that the trainer rejects."""
    model = getattr(config.model, config.model.WhichOneof("model") or "", None)
    settings: ImageResizer | None = getattr(model, "image_resizer", None)
    kind = settings.WhichOneof("image_resizer_oneof") if settings is not None else None
    chosen: Any = getattr(settings, kind or "", None)
    if kind == IDENTITY:
        return Resizer(IDENTITY)
    if kind == FIXED and chosen.height > 0 and chosen.width > 0:
        return Resizer(FIXED, chosen.height, chosen.width)
    if kind == KEEP_ASPECT and 0 < chosen.min_dimension <= chosen.max_dimension:
        return Resizer(KEEP_ASPECT, chosen.min_dimension, chosen.max_dimension, pads=chosen.pad_to_max_dimension)
    if kind == CONDITIONAL and chosen.condition and chosen.size_threshold > 0:
        return Resizer(CONDITIONAL, chosen.size_threshold, greater=chosen.condition == GREATER)
    return None


def _filled(sizes: NDArray[np.integer], height: int, width: int) -> NDArray[np.int32]:
    return np.broadcast_to(np.array([height, width], np.int32), sizes.shape)


def _within(sizes: NDArray[np.integer], low: int, high: int) -> NDArray[np.int32]:
    """Compute sizes as preprocessor.resize_to_range, which rounds half to even."""
    images = sizes.astype(np.float32)
    landscape = sizes[:, :1] < sizes[:, 1:]
    targets = np.where(landscape, [low, high], [high, low]).astype(np.float32)
    scale = (targets / images).min(axis=1, keepdims=True)
    resized: NDArray[np.int32] = np.round(scale * images).astype(np.int32)
    return resized


def _conditional(sizes: NDArray[np.integer], threshold: int, greater: bool) -> NDArray[np.int32]:
    """Compute sizes as preprocessor.resize_to_max_dimension and resize_to_min_dimension, which truncate."""
    images = sizes.astype(np.float32)
    side = sizes.max(axis=1, keepdims=True) if greater else sizes.min(axis=1, keepdims=True)
    target = np.minimum(side, threshold) if greater else np.maximum(side, threshold)
    ratio = target.astype(np.float32) / side.astype(np.float32)
    resized: NDArray[np.int32] = (images * ratio).astype(np.int32)
    return resized

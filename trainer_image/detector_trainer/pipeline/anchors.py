"""Computes the sizes of a model's anchors from its config (upstream: anchor_generators/).

tests/trainer/test_anchors_agree.py compares them with the anchors that the trainer's builder generates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from detector_trainer.protos.types import (
        AnchorGenerator,
        FlexibleGridAnchorGenerator,
        GridAnchorGenerator,
        MultiscaleAnchorGenerator,
        SsdAnchorGenerator,
        TrainEvalPipelineConfig,
    )

MOST: Final = 10_000
"""Sizes, levels, scales or layers: with more, no model can be built."""


def anchor_sizes(config: TrainEvalPipelineConfig, image: tuple[int, int]) -> NDArray[np.float64]:
    """Compute the different sizes of anchors, regardless of their position.

    Args:
        config: a TrainEvalPipelineConfig.
        image: height and width of the model's input image, in pixels.

    Returns:
        float64 of shape [anchors, 2]: height and width in pixels of that image, smallest area first; of shape [0, 2] for a model
        that has no anchors, or whose settings are unknown here or generate none.
    """
    architecture = config.model.WhichOneof("model") or ""
    field = {"ssd": "anchor_generator", "faster_rcnn": "first_stage_anchor_generator"}.get(architecture)
    sizes: set[tuple[float, float]] = set()
    if field is not None:
        generator: AnchorGenerator = getattr(getattr(config.model, architecture), field)
        kind = generator.WhichOneof("anchor_generator_oneof")
        if kind in _OF:
            found = islice(_OF[kind](generator, image), MOST)
            sizes = {size for size in found if all(math.isfinite(side) and side > 0 for side in size)}
    ordered = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    return np.array(ordered, np.float64).reshape(-1, 2)


def best_overlaps(boxes: NDArray[np.float64], anchors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute how well the best anchor fits each box, if both have the same centre.

    Args:
        boxes: float of shape [boxes, 2], height and width.
        anchors: of shape [anchors, 2], at least one.

    Returns:
        float64 of shape [boxes]: intersection over union, 0 to 1.
    """
    best = np.zeros(len(boxes))
    area = boxes.prod(axis=1)
    for anchor in anchors:
        both = np.minimum(boxes, anchor).prod(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            best = np.fmax(best, both / (area + anchor.prod() - both))
    return best


def _shaped(size: float, ratio: float, base: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
    """Compute height and width as grid_anchor_generator.tile_anchors: ratio is width to height; the area is unchanged."""
    root = math.sqrt(ratio) if ratio > 0 else math.nan
    return (size / root * base[0], size * root * base[1]) if root > 0 else (math.nan, math.nan)


def _grid(settings: GridAnchorGenerator, _: tuple[int, int]) -> Iterator[tuple[float, float]]:
    base = (settings.height, settings.width)
    return (_shaped(scale, ratio, base) for scale in settings.scales for ratio in settings.aspect_ratios)


def _multiscale(settings: MultiscaleAnchorGenerator, _: tuple[int, int]) -> Iterator[tuple[float, float]]:
    octave = range(min(settings.scales_per_octave, MOST))
    levels = range(max(settings.min_level, -60), min(settings.max_level, 60) + 1)
    return (
        _shaped(2.0**level * settings.anchor_scale * 2 ** (step / settings.scales_per_octave), ratio)
        for level in levels
        for step in octave
        for ratio in settings.aspect_ratios
    )


def _flexible(settings: FlexibleGridAnchorGenerator, _: tuple[int, int]) -> Iterator[tuple[float, float]]:
    return (
        _shaped(size, ratio)
        for grid in settings.anchor_grid
        for size, ratio in zip(grid.base_sizes, grid.aspect_ratios, strict=False)
    )


def _ssd(settings: SsdAnchorGenerator, image: tuple[int, int]) -> Iterator[tuple[float, float]]:
    """Yield sizes as multiple_grid_anchor_generator.create_ssd_anchors: scales are relative to the shorter side of the image."""
    layers, low, high = min(settings.num_layers, MOST), settings.min_scale, settings.max_scale
    scales = [*settings.scales]
    if not scales and layers > 1:
        scales = [low + (high - low) * layer / (layers - 1) for layer in range(layers)]
    base = (min(image) * settings.base_anchor_height, min(image) * settings.base_anchor_width)
    for layer, (scale, following) in enumerate(pairwise([*scales, 1.0][: max(0, layers) + 1])):
        specs = [(scale, ratio) for ratio in settings.aspect_ratios]
        if settings.interpolated_scale_aspect_ratio > 0:
            specs.append((math.sqrt(max(0.0, scale * following)), settings.interpolated_scale_aspect_ratio))
        if layer == 0 and settings.reduce_boxes_in_lowest_layer:
            specs = [(0.1, 1.0), (scale, 2.0), (scale, 0.5)]
        for size, ratio in specs:
            yield _shaped(size, ratio, base)


_OF: dict[str, Callable[[AnchorGenerator, tuple[int, int]], Iterator[tuple[float, float]]]] = {
    "grid_anchor_generator": lambda of, image: _grid(of.grid_anchor_generator, image),
    "multiscale_anchor_generator": lambda of, image: _multiscale(of.multiscale_anchor_generator, image),
    "flexible_grid_anchor_generator": lambda of, image: _flexible(of.flexible_grid_anchor_generator, image),
    "ssd_anchor_generator": lambda of, image: _ssd(of.ssd_anchor_generator, image),
}

"""Draws bars for classes and shapes, and scatter plots for sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detector_trainer.report.markup import text

FEW = 25
"""Classes shown initially; the others can be expanded."""
MAX_POINTS = 2000
FEW_POINTS = 200
"""Up to so many points are drawn larger."""
MAX_RINGS = 200
MAX_LABELS = 9
"""Numbers along a side."""
OCTAVES, PARTS = 4, 4
"""Ratios from 1:16 to 16:1, four bars from one to its double."""
WIDTH, HEIGHT, LEFT, BOTTOM, EDGE, RINGS = 480, 400, 84, 52, 24, 24


def bars(classes: Mapping[str, int]) -> str:
    """Draw a bar for each class, in this order."""
    most = max(classes.values(), default=1)
    rows = [_bar(name, number, most) for name, number in classes.items()]
    rest = f"<details><summary>{len(rows) - FEW} more</summary>{_list(rows[FEW:])}</details>" if len(rows) > FEW else ""
    return _list(rows[:FEW]) + rest


def _list(rows: Sequence[str]) -> str:
    return f'<ul class="bars">{"".join(rows)}</ul>'


def _bar(name: str, number: int, most: int) -> str:
    return (
        f'<li><span class="name">{text(name) or "(empty)"}</span> <span class="number">{number:,}</span>'
        f'<span class="bar" style="width:{100 * number / most:.1f}%"></span></li>'
    )


def sizes(shown: NDArray[np.int64 | np.float64], anchors: NDArray[np.float64], name: str) -> str:
    """Draw width and height in pixels, both on a logarithmic scale: equal aspect ratios lie on one diagonal.

    Args:
        shown: of shape [number, 2], at least one: height and width of boxes or images, a dot each.
        anchors: of shape [anchors, 2]: a ring each.
        name: `boxes` or `images`, for screen readers.
    """
    dots = shown[:: max(1, math.ceil(len(shown) / MAX_POINTS))]
    every = np.concatenate([shown.ravel(), anchors.ravel()]).clip(1, None)
    round_numbers = [part * 10**power for power in range(19) for part in (1, 2, 5)]
    low = max(number for number in round_numbers if number <= every.min())
    high = next((number for number in round_numbers if number >= every.max() and number > low), round_numbers[-1])
    labels = [number for number in round_numbers if low <= number <= high]
    if len(labels) > MAX_LABELS:
        labels = [number for number in labels if str(number).startswith("1")]

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - EDGE) * _place(value, low, high)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - EDGE) * _place(value, low, high)

    points = "".join(f"M{x(width):.1f} {y(height):.1f}h0" for height, width in dots)
    rings = "".join(
        f'<circle class="anchor" cx="{x(width):.1f}" cy="{y(height):.1f}" r="5"/>' for height, width in anchors[:MAX_RINGS]
    )
    ticks = "".join(_tick(x(value), y(value), f"{value:,}") for value in labels)
    shapes = "".join(
        f'<path class="shape" d="M{x(max(low, low * ratio)):.1f} {y(max(low, low / ratio)):.1f}'
        f'L{x(min(high, high * ratio)):.1f} {y(min(high, high / ratio)):.1f}"/>'
        for ratio in (0.5, 1, 2)
    )
    few = " few" if len(dots) <= FEW_POINTS else ""
    return _svg(
        f"Width and height of {len(shown):,} {name} in pixels.",
        f'{ticks}{shapes}<path class="points{few}" d="{points}"/>{rings}'
        f'<text text-anchor="middle" x="{(LEFT + WIDTH - EDGE) / 2:.0f}" y="{HEIGHT - 6}">width, pixels</text>'
        f'<text text-anchor="middle" transform="rotate(-90)" x="-{(HEIGHT - BOTTOM) / 2:.0f}" y="18">height, pixels</text>',
    )


def ratios(boxes: NDArray[np.float64], anchors: NDArray[np.float64]) -> str:
    """Draw the histogram of the ratio of width to height, on a logarithmic scale.

    Args:
        boxes: of shape [boxes, 2]: height and width.
        anchors: of shape [anchors, 2]: a ring below the bars for each of their ratios.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        octaves = np.log2(boxes[:, 1] / boxes[:, 0])
        rings = np.unique(np.log2(anchors[:, 1] / anchors[:, 0]).round(2)) if len(anchors) else np.empty(0)
    octaves = octaves[np.isfinite(octaves)].clip(-OCTAVES, OCTAVES)
    end = OCTAVES + 0.5 / PARTS  # a bar has its ratio in its middle
    numbers, _ = np.histogram(octaves, bins=2 * OCTAVES * PARTS + 1, range=(-end, end))
    most = max(1, int(numbers.max()))
    across = WIDTH - LEFT - EDGE
    wide = across / len(numbers)
    base = HEIGHT - BOTTOM - RINGS

    def x(octave: float) -> float:
        return LEFT + across * (octave + end) / (2 * end)

    bars = "".join(
        f'<rect class="column" x="{LEFT + index * wide + 1:.1f}" y="{base - (base - EDGE) * number / most:.1f}" '
        f'width="{wide - 2:.1f}" height="{(base - EDGE) * number / most:.1f}"><title>{number:,}</title></rect>'
        for index, number in enumerate(map(int, numbers))
        if number
    )
    ticks = "".join(
        f'<path class="grid" d="M{x(octave):.1f} {EDGE}V{base}"/>'
        f'<text text-anchor="middle" x="{x(octave):.1f}" y="{HEIGHT - BOTTOM + 19}">{_ratio(octave)}</text>'
        for octave in range(-OCTAVES, OCTAVES + 1)
    )
    level = f'<path class="grid" d="M{LEFT} {base}H{WIDTH - EDGE}M{LEFT} {EDGE}H{WIDTH - EDGE}"/>'
    marks = "".join(
        f'<circle class="anchor" cx="{x(octave):.1f}" cy="{base + RINGS / 2}" r="5"/>' for octave in rings.clip(-OCTAVES, OCTAVES)
    )
    return _svg(
        f"Ratio of width to height of {len(boxes):,} boxes.",
        f'{ticks}{level}{bars}{marks}<text text-anchor="end" x="{LEFT - 6}" y="{EDGE + 6}">{most:,}</text>'
        f'<text text-anchor="end" x="{LEFT - 6}" y="{base + 6}">0</text>'
        f'<text text-anchor="middle" x="{(LEFT + WIDTH - EDGE) / 2:.0f}" y="{HEIGHT - 6}">width : height</text>',
    )


def _svg(label: str, content: str) -> str:
    return f'<svg class="chart" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">{content}</svg>'


def _tick(x: float, y: float, label: str) -> str:
    return (
        f'<path class="grid" d="M{x:.1f} {EDGE}V{HEIGHT - BOTTOM}M{LEFT} {y:.1f}H{WIDTH - EDGE}"/>'
        f'<text text-anchor="middle" x="{x:.1f}" y="{HEIGHT - BOTTOM + 19}">{label}</text>'
        f'<text text-anchor="end" x="{LEFT - 6}" y="{y + 6:.1f}">{label}</text>'
    )


def _ratio(octave: int) -> str:
    return f"{2**octave}:1" if octave >= 0 else f"1:{2**-octave}"


def _place(value: float, low: float, high: float) -> float:
    """Map a size to 0 … 1; sizes below one pixel are drawn as one pixel."""
    return math.log(max(1.0, value) / low) / math.log(high / low)

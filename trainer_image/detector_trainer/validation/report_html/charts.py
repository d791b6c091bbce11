"""Bars for classes, and a cloud of points for the sizes of boxes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from detector_trainer.validation.report_html.markup import text

FEW = 25
"""Classes shown at once; the others are a click away."""
MAX_POINTS = 2000
WIDTH, HEIGHT, LEFT, BOTTOM, EDGE = 480, 400, 60, 44, 24


def bars(classes: Mapping[str, int]) -> str:
    """A bar for each class, in the order given."""
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


def sizes(boxes: Sequence[tuple[float, float]]) -> str:
    """Width and height of boxes in pixels, both on a logarithmic scale: boxes of one shape lie along one diagonal."""
    step = max(1, math.ceil(len(boxes) / MAX_POINTS))
    shown = boxes[::step]
    top = max(1, math.ceil(math.log10(max(max(box) for box in boxes))))

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - EDGE) * _place(value, top)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - EDGE) * _place(value, top)

    points = "".join(f"M{x(width):.1f} {y(height):.1f}h0" for width, height in shown)
    ticks = "".join(
        f'<path class="grid" d="M{x(10**power):.1f} {EDGE}V{HEIGHT - BOTTOM}M{LEFT} {y(10**power):.1f}H{WIDTH - EDGE}"/>'
        f'<text text-anchor="middle" x="{x(10**power):.1f}" y="{HEIGHT - BOTTOM + 16}">{10**power:,}</text>'
        f'<text text-anchor="end" x="{LEFT - 6}" y="{y(10**power) + 4:.1f}">{10**power:,}</text>'
        for power in range(top + 1)
    )
    end = 10**top
    shapes = "".join(
        f'<path class="shape" d="M{x(max(1, ratio)):.1f} {y(max(1, 1 / ratio)):.1f}'
        f'L{x(min(end, end * ratio)):.1f} {y(min(end, end / ratio)):.1f}"/>'
        for ratio in (0.5, 1, 2)
    )
    label = f"Width and height of {len(shown):,} boxes in pixels."
    return (
        f'<svg class="chart" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">{ticks}{shapes}'
        f'<path class="points" d="{points}"/>'
        f'<text text-anchor="middle" x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 6}">width, pixels</text>'
        f'<text text-anchor="middle" transform="rotate(-90)" x="-{(HEIGHT - BOTTOM) / 2:.0f}" y="12">height, pixels</text></svg>'
    )


def _place(value: float, top: int) -> float:
    """0 to 1; what is smaller than a pixel is drawn as one."""
    return math.log10(max(1.0, value)) / top

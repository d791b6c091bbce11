"""Draws a record: a small copy of its image with its boxes."""

from __future__ import annotations

import base64
import io
import math
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Final

from PIL import Image

from detector_trainer.records import jpeg as scan_jpeg
from detector_trainer.records.broken_image import BrokenImage
from detector_trainer.records.decoding_memory import MAX_PIXELS
from detector_trainer.records.image import JPEG, kind_of, too_costly
from detector_trainer.report.markup import count, short, text
from detector_trainer.report.record_reader import Box, NotShown, Record

SIDE = 480
"""Pixels of a small copy, at most, and the units of the drawing's longer side."""
QUALITY = 78
DECODED: Final = ("JPEG", "PNG", "BMP", "GIF")
"""What the trainer decodes. Pillow would open 40 formats more, one of them by running Ghostscript on the bytes of a record."""
MAX_BOXES = 200
"""Boxes drawn."""
MAX_NAMED = 12
"""With more boxes, their names are only listed below the picture."""
MAX_ROWS = 20
"""Boxes listed with their numbers."""
NOT_FINITE, IN_PIXELS, BEYOND = "not finite: not drawn", "above 1.1: drawn as pixels", "beyond the image"


def figure(record: Record, caption: str, *, table: bool) -> str:
    """Draw a record as a `<figure>`.

    Args:
        record: what to draw.
        caption: HTML.
        table: also list the coordinates of the boxes.

    Raises:
        NotShown: the image cannot be drawn.
    """
    drawn = _drawing(record)
    remark = f" {text(record.remark)}" if record.remark else ""
    rows = _table(record.boxes) if table and record.boxes else ""
    return f"<figure>{drawn}<figcaption>{caption} {text(_summary(record))}{remark}</figcaption>{rows}</figure>"


def sentence(caption: str, why: object) -> str:
    """Format the replacement of a figure that cannot be drawn; `caption` is HTML."""
    return f'<figure class="none"><figcaption>{caption} <span>{text(why)}</span></figcaption></figure>'


def problem(box: Box) -> str:
    """Describe the problem of a box's sides; empty if they are valid."""
    if not all(math.isfinite(side) for side in box[:4]):
        return NOT_FINITE
    if box.xmin > box.xmax or box.ymin > box.ymax:
        return "min above max"
    if any(side > 1.1 for side in box[:4]):
        return IN_PIXELS
    if any(side < 0 or side > 1 for side in box[:4]):
        return BEYOND
    if box.xmin == box.xmax or box.ymin == box.ymax:
        return "no area"
    return ""


def _drawing(record: Record) -> str:
    jpeg, width, height = _small_copy(record.image)
    scale = SIDE / max(width, height)
    across, down = max(1.0, width * scale), max(1.0, height * scale)
    marks = [_mark(box, across, down, (width, height), named=len(record.boxes) <= MAX_NAMED) for box in record.boxes[:MAX_BOXES]]
    return (
        f'<svg class="picture" role="img" aria-label="{text(_summary(record))}" viewBox="0 0 {across:.0f} {down:.0f}">'
        f'<image width="{across:.0f}" height="{down:.0f}" preserveAspectRatio="none"'
        f' href="data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"/>{"".join(marks)}</svg>'
    )


def _small_copy(encoded: bytes) -> tuple[bytes, int, int]:
    """Return a small JPEG, and width and height of the original. Exif orientation is ignored, as in the trainer."""
    if not encoded:
        raise NotShown("The record has no image.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.MAX_IMAGE_PIXELS = None  # checked below
            with Image.open(io.BytesIO(encoded), formats=DECODED) as image:
                width, height = image.size
                scale = min(1.0, SIDE / max(width, height))
                image.draft("RGB", (max(1, int(width * scale)), max(1, int(height * scale))))
                if image.width * image.height > MAX_PIXELS or _too_costly(encoded):
                    raise NotShown(f"The image has {width:,} x {height:,} pixels, too many to show here.")
                copy = _eight_bits(image)
                copy = copy if copy.mode == "RGB" else copy.convert("RGB")
                copy.thumbnail((SIDE, SIDE))
                out = io.BytesIO()
                copy.save(out, "JPEG", quality=QUALITY)
    except NotShown:
        raise
    except Exception as error:
        raise NotShown(f"The image cannot be decoded (it begins with the bytes {encoded[:8].hex(' ')}).") from error
    return out.getvalue(), width, height


def _too_costly(encoded: bytes) -> bool:
    """Return whether it is a JPEG that exceeds the limits of the scan."""
    data = memoryview(encoded)
    try:
        return kind_of(data) == JPEG and bool(too_costly(data, scan_jpeg.frame_of(data)))
    except BrokenImage:
        return False


def _eight_bits(image: Image.Image) -> Image.Image:
    """Convert images with 16 bits, in which Pillow would clip values above 255."""
    return image.point(lambda value: value / 256).convert("L") if image.mode.startswith("I;16") else image


def _mark(box: Box, across: float, down: float, size: tuple[int, int], *, named: bool) -> str:
    wrong = problem(box)
    if wrong == NOT_FINITE:
        return ""
    if wrong == IN_PIXELS:
        box = box._replace(xmin=box.xmin / size[0], xmax=box.xmax / size[0], ymin=box.ymin / size[1], ymax=box.ymax / size[1])
    left, right = sorted((_inside(box.xmin) * across, _inside(box.xmax) * across))
    top, bottom = sorted((_inside(box.ymin) * down, _inside(box.ymax) * down))
    # At least 1: a box without width would be invisible.
    place = f'x="{left:.1f}" y="{top:.1f}" width="{max(1, right - left):.1f}" height="{max(1, bottom - top):.1f}"'
    kind = "box wrong" if wrong else "box"
    drawn = f'<rect class="halo" {place}/><rect class="{kind}" {place}/>'
    if named and box.name:
        name = short(box.name, 24)
        y = min(top - 5 if top > 18 else top + 16, down - 4)
        # On the side with more space.
        along = f'x="{max(2.0, left + 2):.1f}"'
        if left + right > across:
            along = f'text-anchor="end" x="{min(across - 2, right - 2):.1f}"'
        drawn += f'<text {along} y="{max(15.0, y):.1f}">{text(name)}</text>'
    return drawn


def _inside(side: float) -> float:
    """Clip a coordinate slightly outside the image, so that an edge outside is invisible."""
    return max(-0.05, min(1.05, side))


def _summary(record: Record) -> str:
    if not record.boxes:
        return "No box."
    names = Counter(short(box.name, 60) for box in record.boxes if box.name)
    shown = [f"{number} × {name}" if number > 1 else name for name, number in names.most_common(6)]
    if len(names) > len(shown):
        shown.append("…")
    drawn = f" The first {MAX_BOXES} are drawn." if len(record.boxes) > MAX_BOXES else ""
    return count(len(record.boxes), "box") + (f": {', '.join(shown)}." if shown else ".") + drawn


def _table(boxes: Sequence[Box]) -> str:
    numbered = [(number, box, problem(box)) for number, box in enumerate(boxes)]
    # Invalid boxes first.
    listed = sorted(sorted(numbered, key=lambda row: not row[2])[:MAX_ROWS])
    rows = "".join(
        f"<tr{' class=wrong' if wrong else ''}><td>{number}</td>"
        + "".join(f"<td>{side:.4g}</td>" for side in (box.xmin, box.xmax, box.ymin, box.ymax))
        + f"<td>{wrong}</td><td>{text(box.name or '-')}</td></tr>"
        for number, box, wrong in listed
    )
    more = len(numbered) - len(listed)
    return (
        f"<details{' open' if any(wrong for _, _, wrong in listed) else ''}><summary>Coordinates of the boxes</summary>"
        '<div class="wide"><table><thead><tr><th>box</th><th>xmin</th><th>xmax</th><th>ymin</th><th>ymax</th>'
        f"<th></th><th>class</th></tr></thead><tbody>{rows}</tbody></table></div>"
        f"{f'<p>And {more:,} more.</p>' if more else ''}</details>"
    )

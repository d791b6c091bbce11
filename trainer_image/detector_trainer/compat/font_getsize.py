"""Pillow 10 removed ImageFont.getsize; object_detection measures its labels with it when it draws evaluation pictures."""

from __future__ import annotations

from typing import Any

from PIL import ImageFont


def getsize(
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont | ImageFont.TransposedFont, text: str, *args: Any, **kwargs: Any
) -> tuple[int, int]:
    """Width and height of a text in pixels, as Pillow 9 gave them: measured from the origin."""
    _, _, right, bottom = font.getbbox(text, *args, **kwargs)
    return int(right), int(bottom)


def install() -> None:
    """Puts the method back on the fonts that lack it."""
    for font in (ImageFont.ImageFont, ImageFont.FreeTypeFont, ImageFont.TransposedFont):
        if not hasattr(font, "getsize"):
            font.getsize = getsize  # type: ignore[union-attr]

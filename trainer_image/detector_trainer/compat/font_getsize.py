"""Provides ImageFont.getsize, which Pillow 10 removed: object_detection measures labels with it in evaluation pictures."""

from __future__ import annotations

from typing import Any

from PIL import ImageFont


def getsize(
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont | ImageFont.TransposedFont, text: str, *args: Any, **kwargs: Any
) -> tuple[int, int]:
    """Return width and height of a text in pixels, measured from the origin as in Pillow 9."""
    _, _, right, bottom = font.getbbox(text, *args, **kwargs)
    return int(right), int(bottom)


def install() -> None:
    """Add the method to the font classes that lack it."""
    for font in (ImageFont.ImageFont, ImageFont.FreeTypeFont, ImageFont.TransposedFont):
        if not hasattr(font, "getsize"):
            font.getsize = getsize  # type: ignore[union-attr]

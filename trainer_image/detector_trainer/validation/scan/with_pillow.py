"""Decodes with Pillow, which fails where libjpeg fails and not where it only warns."""

from __future__ import annotations

import io
import warnings

from PIL import Image

from detector_trainer.validation.scan.broken_image import BrokenImage


def decode(data: memoryview) -> None:
    """Decodes the whole image, and forgets it. The caller has looked at its size.

    Raises:
        BrokenImage: it cannot be decoded.
    """
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                image.draft("L", (1, 1))
                image.load()
    except Exception as error:  # noqa: BLE001 - Pillow raises nearly anything on damaged bytes
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BrokenImage("it is cut off" if "truncated" in words else words) from None

"""Decodes with Pillow, which fails where libjpeg fails and not where it only warns."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from detector_trainer.records.broken_image import BrokenImage


def decode(data: memoryview) -> NDArray[np.uint8]:
    """Decodes a whole JPEG. The caller has looked at its size.

    Returns:
        It in grey, at an eighth of its size: uint8 of shape [height, width].

    Raises:
        BrokenImage: it cannot be decoded.
        MemoryError: not for its own sake.
    """
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
                image.draft("L", (1, 1))
                image.load()
                return np.asarray(image.convert("L"))
    except MemoryError:
        raise
    except UnidentifiedImageError:  # its text is an address in memory
        raise BrokenImage("its header cannot be parsed") from None
    except Exception as error:  # noqa: BLE001 - Pillow raises nearly anything on damaged bytes
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BrokenImage("it is cut off" if "truncated" in words.lower() else words) from None

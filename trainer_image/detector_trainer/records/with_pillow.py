"""Decodes with Pillow, which fails if libjpeg fails, but not if it only warns."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from detector_trainer.records.broken_image import BrokenImage


def decode(data: memoryview) -> NDArray[np.uint8]:
    """Decode a whole JPEG. The caller has checked its size.

    Returns:
        The image in grey, at an eighth of its size: uint8 of shape [height, width].

    Raises:
        BrokenImage: it cannot be decoded.
        MemoryError: because of the process, not of the image.
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
    except UnidentifiedImageError:  # its message contains a memory address
        raise BrokenImage("its header cannot be parsed") from None
    except Exception as error:  # noqa: BLE001 - Pillow can raise almost any exception on damaged bytes
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BrokenImage("it is cut off" if "truncated" in message.lower() else message) from None

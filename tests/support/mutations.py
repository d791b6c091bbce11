"""A valid record, and the same with features replaced: by values of any kind and number."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from detector_trainer.protos import message_class

Feature: Any = message_class("tensorflow.Feature")
BOX = "image/object/bbox/"
CLASS = "image/object/class/"
WIDTH, HEIGHT = 64, 48


def picture(width: int = WIDTH, height: int = HEIGHT, kind: str = "JPEG", mode: str = "RGB", **how: Any) -> bytes:
    """A picture with something in it, encoded by Pillow; always the same."""
    rng = np.random.default_rng(width * 1000 + height)
    coarse = rng.integers(0, 256, (max(1, height // 8), max(1, width // 8), 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(coarse).resize((width, height)).convert(mode).save(data, kind, **how)
    return data.getvalue()


def floats(*values: float) -> Any:
    """A float_list, empty too."""
    return Feature(float_list={"value": values})


def ints(*values: int) -> Any:
    """An int64_list, empty too."""
    return Feature(int64_list={"value": values})


def texts(*values: bytes) -> Any:
    """A bytes_list, empty too."""
    return Feature(bytes_list={"value": values})


JPEG = picture()
SOUND: Mapping[str, Any] = {
    "image/encoded": texts(JPEG),
    "image/format": texts(b"jpeg"),
    "image/filename": texts(b"one.jpg"),
    "image/source_id": texts(b"1"),
    "image/height": ints(HEIGHT),
    "image/width": ints(WIDTH),
    BOX + "ymin": floats(0.1, 0.2),
    BOX + "xmin": floats(0.1, 0.3),
    BOX + "ymax": floats(0.5, 0.9),
    BOX + "xmax": floats(0.6, 0.8),
    CLASS + "text": texts(b"cat", b"dog"),
    CLASS + "label": ints(1, 2),
}
"""Two boxes, a cat and a dog."""
LABEL_MAP = "item { id: 1 name: 'cat' }\nitem { id: 2 name: 'dog' }\n"


def record(changes: Mapping[str, Any] | None = None) -> bytes:
    """A serialized Example: SOUND, with features replaced, added, or (None) removed."""
    message: Any = message_class("tensorflow.Example")()
    for name, feature in {**SOUND, **(changes or {})}.items():
        if feature is not None:
            message.features.feature[name].CopyFrom(feature)
    return bytes(message.SerializeToString(deterministic=True))


def boxes(*sides: Sequence[float]) -> dict[str, Any]:
    """The features of cats in boxes that are given as ymin, xmin, ymax, xmax."""
    columns = zip(*sides, strict=True) if sides else ((), (), (), ())
    changes = {BOX + name: floats(*column) for name, column in zip(("ymin", "xmin", "ymax", "xmax"), columns, strict=True)}
    return {**changes, CLASS + "text": texts(*[b"cat"] * len(sides)), CLASS + "label": ints(*[1] * len(sides))}

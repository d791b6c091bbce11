"""Makes TFRecord files of Examples, sound or broken as a test asks."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import google_crc32c
from PIL import Image

from detector_trainer.protos import message_class

SIDES = ("ymin", "xmin", "ymax", "xmax")
Features = dict[str, Any]


def image(kind: str = "JPEG", size: tuple[int, int] = (32, 24), mode: str = "RGB", shade: int = 90) -> bytes:
    """An encoded picture of one shade."""
    buffer = io.BytesIO()
    Image.new(mode, size, shade if mode in ("L", "P") else (shade,) * len(mode)).save(buffer, kind)
    return buffer.getvalue()


def features(*boxes: tuple[float, float, float, float], text: str = "Abyssinian", **changes: Any) -> Features:
    """Features of a valid record: boxes as (ymin, xmin, ymax, xmax). Changes by the end of a name, `__` for `/`; None removes."""
    found: Features = {"image/encoded": [image()], "image/source_id": [b"1"]}
    if boxes:
        for index, side in enumerate(SIDES):
            found[f"image/object/bbox/{side}"] = [float(box[index]) for box in boxes]
        found["image/object/class/text"] = [text.encode()] * len(boxes)
    for name, value in changes.items():
        key = name.replace("__", "/")
        if value is None:
            found.pop(key, None)
        else:
            found[key] = value
    return found


def example(values: Mapping[str, Any]) -> bytes:
    """A serialized tf.train.Example; bytes, floats and ints go into the list of their kind."""
    message: Any = message_class("tensorflow.Example")()
    for name, entries in values.items():
        feature = message.features.feature[name]
        kind = type(entries[0]) if entries else float
        {bytes: feature.bytes_list, float: feature.float_list, int: feature.int64_list}[kind].value.extend(entries)
        if not entries:
            feature.float_list.SetInParent()
    return bytes(message.SerializeToString())


def framed(payload: bytes) -> bytes:
    """A payload as TFRecord frames it."""
    length = struct.pack("<Q", len(payload))
    return length + _crc(length) + payload + _crc(payload)


def write(path: Path, records: Iterable[Mapping[str, Any] | bytes]) -> Path:
    """Writes a record file of features, or of payloads unchanged."""
    payloads = (record if isinstance(record, bytes) else example(record) for record in records)
    path.write_bytes(b"".join(framed(payload) for payload in payloads))
    return path


def _crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

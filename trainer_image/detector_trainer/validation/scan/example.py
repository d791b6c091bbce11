"""Takes a serialized tf.train.Example apart without copying its image.

Example is read through messages of our own that have the same wire format but list the map's entries, with keys of bytes. Keys
that are no UTF-8 then do no harm, and of an entry that comes twice the last one counts: both as in the trainer's own parser
(tensorflow/core/util/example_proto_fast_parsing.cc).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from detector_trainer.protos import descriptor_set

IMAGE = b"image/encoded"
_LONG = 1024  # bytes: a longer entry is looked at by hand, one of them is the image
_FIELD_1 = 0x0A  # tag of field 1, length-delimited


class NotAnExample(Exception):
    """These bytes are no tf.train.Example."""


def split(payload: memoryview) -> tuple[dict[bytes, Any], memoryview | bytes | None]:
    """The features of a record by name, without the image, and the image's bytes if they could be cut out.

    Where the image is None it is absent, or still among the features because it is not one plain bytes value.

    Raises:
        NotAnExample: the wire format is broken, or a field has the type of another message.
    """
    try:
        cut = _cut(payload)
        if cut is not None:
            rest, image = cut
            entries = _features_class().FromString(rest).feature
        else:
            image = None
            entries = _example_class().FromString(bytes(payload)).features.feature
    except (DecodeError, IndexError) as error:
        raise NotAnExample from error
    return {entry.key: entry.value for entry in entries}, image


def _cut(payload: memoryview) -> tuple[bytes, memoryview] | None:
    """The entries of the map without the one long `image/encoded`, and the image; None where the layout is not the usual one."""
    size = len(payload)
    if size < 2 or payload[0] != _FIELD_1:
        return None
    length, position = _varint(payload, 1)
    if position + length != size:
        return None
    found = None
    while position < size:
        if payload[position] != _FIELD_1:
            return None
        entry_size, start = _varint(payload, position + 1)
        end = start + entry_size
        if end > size:
            return None
        if (
            entry_size > _LONG
            and payload[start] == _FIELD_1
            and payload[start + 2 : start + 15] == IMAGE
            and payload[start + 1] == 13
        ):
            if found is not None:
                return None
            image = _one_bytes_value(payload, start + 15, end)
            if image is None:
                return None
            found = (position, end, image)
        position = end
    if found is None:
        return None
    begin, end, image = found
    head = size - length
    rest = bytes(payload[head:begin]) + bytes(payload[end:])
    return None if IMAGE in rest else (rest, image)  # a second, shorter one: the last counts


def _one_bytes_value(payload: memoryview, position: int, end: int) -> memoryview | None:
    """The bytes in `value { bytes_list { value: … } }`, where that is all there is until `end`."""
    for tag in (0x12, _FIELD_1, _FIELD_1):  # the entry's value, the feature's bytes_list, its one value
        if payload[position] != tag:
            return None
        size, position = _varint(payload, position + 1)
        if position + size != end:
            return None
    return payload[position:end]


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    byte = data[position]
    if byte < 0x80:
        return byte, position + 1
    value, shift = byte & 0x7F, 7
    while True:
        position += 1
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position + 1
        shift += 7
        if shift > 63:
            raise NotAnExample


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    """A pool with Feature as TensorFlow has it, and Example as a list of entries."""
    pool = descriptor_pool.DescriptorPool()
    feature = next(file for file in descriptor_set().file if file.name.endswith("example/feature.proto"))
    pool.Add(feature)
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="scan.proto", package="scan", dependency=[feature.name], syntax="proto3")
    for name, fields in {
        "Entry": [
            ("key", 1, kinds.TYPE_BYTES, kinds.LABEL_OPTIONAL, ""),
            ("value", 2, kinds.TYPE_MESSAGE, kinds.LABEL_OPTIONAL, ".tensorflow.Feature"),
        ],
        "Features": [("feature", 1, kinds.TYPE_MESSAGE, kinds.LABEL_REPEATED, ".scan.Entry")],
        "Example": [("features", 1, kinds.TYPE_MESSAGE, kinds.LABEL_OPTIONAL, ".scan.Features")],
    }.items():
        message = file.message_type.add(name=name)
        for field, number, kind, label, type_name in fields:
            message.field.add(name=field, number=number, type=kind, label=label, type_name=type_name or None)
    pool.Add(file)
    return pool


@cache
def _features_class() -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName("scan.Features"))


@cache
def _example_class() -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName("scan.Example"))

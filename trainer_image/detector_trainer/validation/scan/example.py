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
_IMAGE_KEY = b"\x0a\x0d" + IMAGE
_LONG = 1024  # bytes: a longer entry is looked at by hand, one of them is the image
_FIELD_1 = 0x0A  # tag of field 1, length-delimited


class NotAnExample(Exception):
    """These bytes are no tf.train.Example."""


def split(payload: memoryview) -> tuple[Any, memoryview | None]:
    """The features of a record, without the image, and the image's bytes if they could be taken out that way.

    Returns:
        A list of entries with `key` (bytes) and `value` (float_list, int64_list, bytes_list), and the bytes of `image/encoded`.
        Where the image is None it is absent, or short, and among the features.

    Raises:
        NotAnExample: the wire format is broken, or a field has a type that tf.train.Example does not give it.
    """
    image = _find_image(payload)
    try:
        if image is None:
            return _example_class().FromString(payload).features.feature, None
        entry, body, data, end = image
        rest = bytes(payload[body:entry]) + bytes(payload[end:])
        if IMAGE in rest:  # it comes twice
            return _example_class().FromString(payload).features.feature, None
        return _features_class().FromString(rest).feature, payload[data:end]
    except DecodeError as error:
        raise NotAnExample from error


def _find_image(payload: memoryview) -> tuple[int, int, int, int] | None:
    """Where the one long `image/encoded` is: offsets of its entry, of the first entry, of its data and of its end.

    None where the layout is not the usual one: upb then reads the whole record.
    """
    size = len(payload)
    found = None
    try:
        if payload[0] != _FIELD_1:
            return None
        length, at = _varint(payload, 1)
        if at + length != size:
            return None
        body = at
        while at < size:
            entry = at
            if payload[at] != _FIELD_1:
                return None
            length = payload[at + 1]
            at += 2
            if length > 127:
                length, at = _varint(payload, at - 1)
                if length > _LONG and payload[at : at + len(_IMAGE_KEY)] == _IMAGE_KEY:
                    data = _only_bytes(payload, at + len(_IMAGE_KEY), at + length)
                    if data is None or found is not None:
                        return None
                    found = entry, body, data, at + length
            at += length
    except IndexError:
        return None
    return found if at == size else None


def _only_bytes(payload: memoryview, at: int, end: int) -> int | None:
    """Where the data of a map value begins that is a bytes_list of exactly one element and goes up to `end`; else None."""
    for tag in (_FIELD_2, _FIELD_1, _FIELD_1):  # the entry's value, its bytes_list, the list's element
        if payload[at] != tag:
            return None
        length, at = _varint(payload, at + 1)
        if at + length != end:
            return None
    return at


def _varint(payload: memoryview, at: int) -> tuple[int, int]:
    """A varint of at most 5 bytes and the offset behind it. A longer one is read as too large to fit anywhere."""
    value = shift = 0
    while shift < 35:
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return value, at


@cache
def _classes() -> tuple[Any, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="detector_trainer/example.proto", package="detector_trainer", syntax="proto3")
    kind = descriptor_pb2.FieldDescriptorProto
    for name, fields in {
        "BytesList": [("value", kind.TYPE_BYTES, None)],
        "FloatList": [("value", kind.TYPE_FLOAT, None)],
        "Int64List": [("value", kind.TYPE_INT64, None)],
        "Feature": [
            (BYTES, kind.TYPE_MESSAGE, "BytesList"),
            (FLOAT, kind.TYPE_MESSAGE, "FloatList"),
            (INT64, kind.TYPE_MESSAGE, "Int64List"),
        ],
        "Entry": [("key", kind.TYPE_BYTES, None), ("value", kind.TYPE_MESSAGE, "Feature")],
        "Features": [("feature", kind.TYPE_MESSAGE, "Entry")],
        "Example": [("features", kind.TYPE_MESSAGE, "Features")],
    }.items():
        message = file.message_type.add(name=name)
        if name == "Feature":
            message.oneof_decl.add(name="kind")
        for number, (field, type_, of) in enumerate(fields, 1):
            repeated = name.endswith("List") or name == "Features"
            added = message.field.add(
                name=field, number=number, type=type_, label=kind.LABEL_REPEATED if repeated else kind.LABEL_OPTIONAL
            )
            if of:
                added.type_name = f".detector_trainer.{of}"
            if name == "Feature":
                added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)  # type: ignore[no-untyped-call]
    get = message_factory.GetMessageClass
    return get(pool.FindMessageTypeByName("detector_trainer.Example")), get(
        pool.FindMessageTypeByName("detector_trainer.Features")
    )


def _example_class() -> Any:
    return _classes()[0]


def _features_class() -> Any:
    return _classes()[1]

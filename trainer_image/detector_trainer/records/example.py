"""Locates the image in a serialized tf.train.Example without copying it, and normalises unusual encodings."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from detector_trainer.protos import descriptor_set, types
from detector_trainer.records.wire import FIELD_1, FIELD_2

IMAGE = b"image/encoded"
_ENTRY = bytes([FIELD_1, len(IMAGE)]) + IMAGE + bytes([FIELD_2])


class NotAnExample(Exception):
    """The bytes are not a tf.train.Example."""


class Cut(NamedTuple):
    """Offsets: the map's first entry, the image's entry, the image, and its end."""

    body: int
    entry: int
    image: int
    end: int


def cut(buffer: bytearray, start: int, stop: int) -> Cut | None:
    """Find the image in `buffer[start:stop]`; None if the encoding is unusual: then use `usual_form`.

    An image that is not exactly one value is unusual; a second image feature is not searched for here.
    """
    name = buffer.find(_ENTRY, start, stop)
    if name < 0:
        return None
    try:
        whole, body = _varint(buffer, start + 1)
        entry, at = _varint(buffer, name + len(_ENTRY))
        feature_end = at + entry
        values, first = _varint(buffer, at + 1)
        image_size, image = _varint(buffer, first + 1)
    except IndexError:
        return None
    end = image + image_size
    usual = (
        buffer[start] == buffer[at] == buffer[first] == FIELD_1
        and body + whole == stop
        and feature_end == first + values == end <= stop
    )
    if not usual:
        return None
    head = _tagged_length(end - name)
    begin = name - len(head)
    if begin < body or buffer[begin:name] != head:
        return None
    return Cut(body, begin, image, end)


def _varint(buffer: bytearray, at: int) -> tuple[int, int]:
    """Decode the varint at an offset; return it and the next offset. Unrolled for speed: each record has four.

    Raises:
        IndexError: the buffer ends.
    """
    byte = buffer[at]
    if byte < 0x80:
        return byte, at + 1
    second = buffer[at + 1]
    if second < 0x80:
        return byte & 0x7F | second << 7, at + 2
    third = buffer[at + 2]
    value = byte & 0x7F | (second & 0x7F) << 7 | (third & 0x7F) << 14
    at, shift = at + 3, 21
    while third >= 0x80 and shift < 64:
        third = buffer[at]
        value |= (third & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value, at


def _tagged_length(length: int) -> bytes:
    """Encode the beginning of a map entry of `size` bytes."""
    head = [FIELD_1]
    while length >= 0x80:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head)


def usual_form(payload: bytes, wanted: Collection[bytes], *, whole: bool) -> tuple[bytes, bytes | None]:
    """Return the wanted features in the form that wire.py reads, without the image, and the image if it is exactly one value.

    Read through messages of our own that have the same wire format but list the map's entries, with keys of bytes. Keys that are
    not UTF-8 are accepted then, and of a duplicate entry the last one counts: both as in the trainer's parser
    (tensorflow/core/util/example_proto_fast_parsing.cc).

    Args:
        payload: a serialized tf.train.Example, or tf.train.Features.
        wanted: names of features.
        whole: it is an Example.

    Raises:
        NotAnExample: the wire format is broken, or a field has the type of another message.
    """
    try:
        parsed = _class("Example" if whole else "Features").FromString(payload)
    except DecodeError as error:
        raise NotAnExample from error
    entries = parsed.features.feature if whole else parsed.feature
    last = {entry.key: entry.value for entry in entries if entry.key in wanted or entry.key == IMAGE}
    image = last.get(IMAGE)
    data = None
    if image is not None and len(image.bytes_list.value) == 1:
        data = image.bytes_list.value[0]
        del last[IMAGE]
    usual = _class("Features")()
    for name, feature in last.items():
        entry = usual.feature.add(key=name)
        entry.value.CopyFrom(feature)
    return bytes(usual.SerializeToString()), data


def is_sequence_example(payload: bytes) -> bool:
    """Return whether a record is a tf.train.SequenceExample; these also parse as an Example without an image."""
    try:
        parsed = types.SequenceExample.FromString(payload)
    except DecodeError:
        return False
    return len(parsed.feature_lists.feature_list) > 0


@cache
def _class(name: str) -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"scan.{name}"))


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    """Return a pool with Feature as TensorFlow defines it, and Example as a list of entries."""
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

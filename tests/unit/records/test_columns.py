"""The columnar reading of records gives what protobuf's own parser gives, for sound bytes and for any others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from detector_trainer.protos import message_class
from detector_trainer.records.chunk import Chunk, ChunkBuilder
from detector_trainer.records.framing import Payload, freeze
from detector_trainer.records.image import Fact, State, inspect
from detector_trainer.records.schema import BYTES, FLOAT, IMAGE, INT64, LABEL, SIDES, TEXT, FeatureSpec
from support.records import image

SCHEMA = (
    FeatureSpec(IMAGE, BYTES, 1, counted=True),
    FeatureSpec("image/format", BYTES, 1),
    FeatureSpec(SIDES[0], FLOAT),
    FeatureSpec(LABEL, INT64),
    FeatureSpec(TEXT, BYTES),
)
SOUND = Fact(State.SOUND)
JPEG = image(size=(8, 8))
LISTS = {"bytes_list": BYTES, "float_list": FLOAT, "int64_list": INT64}
Features = list[tuple[str, bytes]]


def chunk_of(payloads: list[bytes]) -> Chunk:
    builder = ChunkBuilder("a.record", SCHEMA, decoding=False)
    for payload in payloads:
        buffer = bytearray(payload)
        builder.add(Payload(buffer, freeze(buffer), 0, len(payload), 0))
    return builder.chunk()


def row(chunk: Chunk, index: int) -> dict[str, Any]:
    """A record of a chunk as {feature: None or (kind, values)}."""
    found: dict[str, Any] = {}
    wrong = {(hit[0], hit[1]): hit[2] for hit in chunk.wrong_kinds}
    for spec in SCHEMA:
        column = chunk.columns[spec.name]
        begin = int(chunk.lengths(spec.name)[:index].sum())
        length = int(column.lengths[index])
        if (index, spec.name) in wrong:
            found[spec.name] = (wrong[index, spec.name], None)
        elif length < 0:
            found[spec.name] = None
        elif spec.name == IMAGE:
            found[spec.name] = (spec.kind, length, chunk.faults.get(index, SOUND))
        else:
            found[spec.name] = (spec.kind, [readable(value) for value in column.values[begin : begin + length]])
    return found


def parsed(payload: bytes) -> dict[str, Any] | None:
    """The same through protobuf; None where that refuses the bytes."""
    message = message_class("tensorflow.Example")()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        return None
    found: dict[str, Any] = {}
    for spec in SCHEMA:
        feature = message.features.feature.get(spec.name)
        name = feature.WhichOneof("kind") if feature is not None else None
        if name is None:
            found[spec.name] = None
            continue
        values = list(getattr(feature, name).value)
        kind = LISTS[name]
        if kind != spec.kind:
            found[spec.name] = (kind, None)
        else:
            found[spec.name] = (kind, [readable(value) for value in values])
        if spec.name == IMAGE and kind == BYTES:
            fact = inspect(memoryview(values[0] if len(values) == 1 else b""), decoding=False)
            found[IMAGE] = (kind, len(values), SOUND if fact.state is State.SOUND else fact)
    return found


def readable(value: Any) -> Any:
    """Equal where the bits say the same: a NaN equals a NaN."""
    if isinstance(value, bytes):
        return value
    value = value.item() if isinstance(value, np.generic) else value
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, body: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(body)) + body


def entry(name: str, feature: bytes, *, swapped: bool = False) -> bytes:
    parts = [field(1, name.encode()), field(2, feature)]
    return field(1, b"".join(reversed(parts) if swapped else parts))


def feature(kind: int, values: list[Any], *, packed: bool = True) -> bytes:
    message = message_class("tensorflow.Feature")()
    name = next(name for name, number in LISTS.items() if number == kind)
    if kind == INT64 and not packed:
        return field(3, b"".join(b"\x08" + varint(value) for value in values))
    getattr(message, name).value.extend(values)
    getattr(message, name).SetInParent()
    return bytes(message.SerializeToString())


VALUES = {
    BYTES: st.lists(st.binary(max_size=200), max_size=4),
    FLOAT: st.lists(st.floats(width=32), max_size=5),
    INT64: st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5),
}


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """An Example: most of its features as they should be, some of another kind, unpacked, out of order, twice, or unknown."""
    names = draw(st.lists(st.sampled_from([spec.name for spec in SCHEMA] + ["image/other"]), max_size=8))
    kinds = {spec.name: spec.kind for spec in SCHEMA}
    entries = b""
    for name in names:
        kind = kinds.get(name, BYTES) if draw(st.integers(0, 9)) else draw(st.sampled_from([BYTES, FLOAT, INT64]))
        values = [JPEG] if name == IMAGE and draw(st.booleans()) else draw(VALUES[kind])
        kind = BYTES if values == [JPEG] else kind
        body = feature(kind, values, packed=draw(st.integers(0, 9)) > 0)
        entries += entry(name, body if draw(st.integers(0, 19)) else b"", swapped=draw(st.integers(0, 19)) == 0)
    return field(1, entries) if entries or draw(st.booleans()) else b""


@given(st.lists(records(), min_size=1, max_size=6))
def test_sound_records_are_read_as_protobuf_reads_them(payloads: list[bytes]):
    chunk = chunk_of(payloads)
    assert chunk.not_examples == []
    assert [row(chunk, index) for index in range(len(payloads))] == [parsed(payload) for payload in payloads]


@given(records(), st.data())
@example(field(1, entry(LABEL, field(3, field(1, b"\xff" * 11 + b"\x01")))), None)
def test_any_bytes_are_read_as_protobuf_reads_them(payload: bytes, data: st.DataObject | None):
    """Next to a valid record, which must be read as if it were alone."""
    damaged = bytearray(payload)
    if data is not None and damaged:
        for _ in range(data.draw(st.integers(1, 3))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    sound = field(1, entry(LABEL, feature(INT64, [1, -1])) + entry(SIDES[0], feature(FLOAT, [0.5, 0.25])))
    chunk = chunk_of([bytes(damaged), sound])
    expected = parsed(bytes(damaged))
    if 0 in chunk.not_examples:
        assert expected is None
    elif expected is not None:  # protobuf refuses keys that are not UTF-8; TensorFlow's own parser does not, nor do we
        assert row(chunk, 0) == expected
    assert row(chunk, 1) == parsed(sound)

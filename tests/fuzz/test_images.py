"""Images of any claimed size and layout: the scan and the HTML page take no more memory for them than their budget."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector_trainer.records.decoding_memory import MAX_BYTES
from detector_trainer.records.image import State, inspect
from detector_trainer.report.pictures import NotShown, _small_copy
from fuzz.mutate import STEPS, mutate
from fuzz.test_parts import IMAGES, WATCHED, many
from support.jpegs import jpeg, segment
from support.memory import peak_growth

SLACK = 48 << 20
"""Of the interpreter and of rows of pixels."""


def frugal(data: bytes) -> None:
    """Within the budget, a verdict with its reason, and a picture or a sentence."""
    facts: list[Any] = []
    allowed = MAX_BYTES + SLACK + 4 * len(data)
    assert (
        peak_growth(lambda: facts.append(inspect(memoryview(data), decoding=True, see=lambda _: None, every_png=True))) < allowed
    )
    assert facts[0].state in (State.SOUND, State.MISSING) or facts[0].detail

    def show() -> None:
        with suppress(NotShown):
            assert max(_small_copy(data)[1:]) > 0

    assert peak_growth(show) < allowed


SIDES = st.sampled_from([0, 1, 8, 17, 480, 3000, 4096, 5000, 8192, 16_384, 65_000, 65_500, 65_535]) | st.integers(0, 65_535)
FACTORS = st.sampled_from([(1, 1), (2, 2), (2, 1), (1, 2), (4, 1)]) | st.tuples(st.integers(0, 5), st.integers(0, 5))
BETWEEN = st.lists(
    st.sampled_from([b"\xff\xfe\x00\x00", b"\xff\xfe\x00\x02", b"\x00", b"\xff\x00", b"\xff\xff", b"\xff\x01", b"\xff\xd0"])
    | st.builds(segment, st.sampled_from([0xE0, 0xE1, 0xEE, 0xFE, 0xDD, 0xC4, 0xDA]), st.binary(max_size=40)),
    max_size=4,
).map(b"".join)


@st.composite
def jpegs(draw: Any) -> bytes:
    sampling = draw(st.lists(FACTORS, min_size=1, max_size=4))
    some = st.lists(st.integers(0, len(sampling) - 1), min_size=1, max_size=4)
    whole = st.just([range(len(sampling))])
    scans = draw(whole | st.just([[index] for index in range(len(sampling))]) | st.lists(some, max_size=5))
    frame = draw(st.sampled_from([0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC9, 0xCA, 0xCE]))
    times = draw(st.sampled_from([1, 1, 1, 40, 3000]))
    return jpeg(draw(SIDES), draw(SIDES), frame=frame, sampling=sampling, scans=[*scans] * times, before=draw(BETWEEN))


@WATCHED
@many(25)
@given(data=jpegs())
def test_a_jpeg_of_any_size_and_layout(watch: Any, data: bytes):
    watch.begin()
    frugal(data)


@WATCHED
@many(15)
@given(data=jpegs(), steps=STEPS)
def test_one_that_is_damaged_too(watch: Any, data: bytes, steps: list[Any]):
    watch.begin()
    frugal(mutate(data, steps))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@WATCHED
@many(20)
@given(
    width=SIDES,
    height=SIDES,
    depth=st.sampled_from([1, 2, 4, 8, 16, 3]),
    colour=st.integers(0, 7),
    interlace=st.integers(0, 1),
    share=st.sampled_from([0.0, 0.5, 1.0, 1.5]),
)
def test_a_png_of_any_size_and_kind(watch: Any, width: int, height: int, depth: int, colour: int, interlace: int, share: float):
    samples = {2: 3, 4: 2, 6: 4}.get(colour, 1)
    size = min(1 << 26, int(share * height * (1 + width * depth * samples // 8 + 8)))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    palette = chunk(b"PLTE", bytes(768)) if colour == 3 else b""
    body = chunk(b"IDAT", zlib.compress(bytes(size), 1))
    watch.begin()
    frugal(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette + body + chunk(b"IEND", b""))


@WATCHED
@many(20)
@given(width=st.integers(-(2**31), 2**31 - 1) | SIDES, height=st.integers(-(2**31), 2**31 - 1) | SIDES, steps=STEPS)
def test_a_bmp_of_any_size(watch: Any, width: int, height: int, steps: list[Any]):
    data = bytearray(IMAGES["bmp"])
    struct.pack_into("<ii", data, 18, width, height)
    watch.begin()
    frugal(bytes(data))
    frugal(mutate(bytes(data), steps))


@WATCHED
@many(20)
@given(width=SIDES, height=SIDES, frame_width=SIDES, frame_height=SIDES, steps=STEPS)
def test_a_gif_of_any_size(watch: Any, width: int, height: int, frame_width: int, frame_height: int, steps: list[Any]):
    data = bytearray(IMAGES["gif"])
    struct.pack_into("<HH", data, 6, width, height)
    at = data.index(b"\x2c\x00\x00\x00\x00")
    struct.pack_into("<HH", data, at + 5, frame_width, frame_height)
    watch.begin()
    frugal(bytes(data))
    frugal(mutate(bytes(data), steps))


@WATCHED
@pytest.mark.parametrize("kind", IMAGES)
def test_what_is_not_damaged_is_within_the_budget(kind: str):
    frugal(IMAGES[kind])

"""Lines are read whole, however they come, and in bounded memory."""

from __future__ import annotations

import asyncio

from detector_operator.operate.lines import LONGEST_LINE, lines_of


def lines(*chunks):
    async def stream():
        for chunk in chunks:
            yield chunk

    async def read():
        return [line async for line in lines_of(stream())]

    return asyncio.run(read())


def test_a_line_may_come_in_pieces():
    assert lines(b"a", b"b\nc", b"\n") == ["ab", "c"]


def test_the_last_line_may_have_no_end():
    assert lines(b"a\nKilled") == ["a", "Killed"]


def test_a_line_that_is_redrawn_counts_as_lines():
    assert lines(b"10%\r20%\n") == ["10%", "20%"]


def test_a_character_may_come_in_pieces():
    assert lines("ü".encode()[:1], "ü".encode()[1:] + b"\n") == ["ü"]


def test_bytes_that_are_no_text_do_no_harm():
    assert lines(b"\xff\n") == ["\ufffd"]


def test_of_a_line_without_end_the_beginning_is_kept():
    (only,) = lines(*[b"x" * 100_000] * 50)
    assert only == "x" * LONGEST_LINE


def test_after_it_the_next_line_is_whole():
    assert lines(b"x" * 5_000_000, b"\nnext\n")[1:] == ["next"]

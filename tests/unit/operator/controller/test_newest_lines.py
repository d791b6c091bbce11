"""What counts of a log is at its end, however it comes: the newest progress and the last other lines, in bounded memory and time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector_operator.controller.newest_lines import MAX_CANDIDATES, MAX_LINE, MAX_SEARCHED, NewestLines
from detector_operator.observe.termination import TAIL_LINES, TAIL_WIDTH
from detector_trainer.contract import Progress
from support.trainings import at


def received(*chunks, finish=True):
    lines = NewestLines()
    for chunk in chunks:
        lines.feed(chunk)
    if finish:
        lines.finish()
    return lines.take()


def line(step):
    return f"{at(step).to_line()}\n".encode()


def test_a_line_may_come_in_pieces():
    assert received(b"a", b"b\nc", b"\n").tail == ("ab", "c")


def test_the_last_line_may_have_no_end():
    assert received(b"a\nKilled").tail == ("a", "Killed")


def test_a_line_without_its_end_may_still_come():
    assert received(b"a\nKil", finish=False).tail == ("a",)


def test_a_line_that_is_redrawn_counts_as_lines():
    assert received(b"10%\r20%\n").tail == ("10%", "20%")


def test_a_character_may_come_in_pieces():
    assert received("ü".encode()[:1], "ü".encode()[1:] + b"\n").tail == ("ü",)


def test_bytes_that_are_no_text_do_no_harm():
    assert received(b"\xff\n").tail == ("\ufffd",)


def test_empty_lines_are_left_out_and_long_ones_cut():
    assert received(b"\n  \n\t\r\n" + "ü".encode() * 5000 + b" \n\n").tail == ("ü" * TAIL_WIDTH,)


def test_of_a_line_without_end_the_beginning_is_kept():
    lines = NewestLines()
    for _ in range(50):
        lines.feed(b"x" * 100_000)
    assert len(lines._rest) == MAX_LINE
    lines.feed(b"\nnext\n")
    assert lines.take().tail == ("x" * TAIL_WIDTH, "next")


def test_the_newest_progress_counts():
    assert received(b"hello\n" + line(1) + line(2) + b"bye\n") == (at(2), ("hello", "bye"))


def test_progress_in_pieces_is_progress():
    whole = line(7)
    assert received(*(whole[place : place + 1] for place in range(len(whole)))).progress == at(7)


def test_where_the_newest_progress_is_damaged_the_one_before_it_counts():
    damaged = line(9)[:-20] + b"\n"
    assert received(line(3) + damaged * (MAX_CANDIDATES - 1)).progress == at(3)


def test_lines_of_the_trainer_that_are_not_progress_are_among_the_last_lines():
    assert received(b"detector-training: the disk is full\n" + line(1)) == (at(1), ("detector-training: the disk is full",))


def test_what_was_taken_does_not_come_again():
    lines = NewestLines()
    lines.feed(line(1) + b"hello\n")
    lines.take()
    lines.feed(b"more\n")
    assert lines.take() == (None, ("more",))


@pytest.mark.parametrize(
    "flood",
    [b"\n" * 1_000_000, b" \n" * 500_000, b"x\n" * 500_000, line(4) * 10_000, b'detector-training: {"step": \n' * 30_000],
    ids=["empty lines", "blank lines", "short lines", "progress", "damaged progress"],
)
def test_of_a_flood_few_lines_are_decoded(flood, monkeypatch):
    parsed = []
    monkeypatch.setattr(Progress, "from_line", lambda text: parsed.append(text))
    tail = received(flood).tail
    assert len(parsed) <= MAX_CANDIDATES
    assert len(tail) <= TAIL_LINES


def test_a_flood_does_not_hide_progress_that_came_with_it():
    assert received(line(5) + b"x\n" * 500_000).progress == at(5)
    assert received(b"\n" * 500_000 + line(6) + b"\n" * 500_000) == (at(6), ())


def test_empty_lines_do_not_hide_what_was_written_before_them():
    assert received(b"RuntimeError: boom\n" + b"\n" * 500_000).tail == ("RuntimeError: boom",)


LINES = st.lists(
    st.one_of(
        st.integers(0, 50).map(line),
        st.sampled_from([b"\n", b"  \n", b"10%\r20%\r", b"detector-training: {\n", b"detector-training: hello\n", b"\xff\xfe\n"]),
        st.text(st.characters(codec="utf-8"), max_size=30).map(lambda text: f"{text}\n".encode()),
    ),
    max_size=30,
)


@given(lines=LINES, cuts=st.lists(st.integers(0, 5000), max_size=20))
def test_what_counts_does_not_depend_on_how_it_comes(lines, cuts):
    """But for damaged progress, of which more than is looked at may come at a time."""
    text = b"".join(lines)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[begin:end] for begin, end in pairwise(places)]
    parsed = [Progress.from_line(each.decode("utf-8", "replace")) for each in text.replace(b"\r", b"\n").split(b"\n")]
    newest = next((each for each in reversed(parsed) if each is not None), None)
    if text.count(b"detector-training: {\n") < MAX_CANDIDATES:
        assert received(*pieces).progress == received(text).progress == newest
    assert received(*pieces).tail == received(text).tail
    assert len(received(text).tail) <= min(TAIL_LINES, MAX_SEARCHED)

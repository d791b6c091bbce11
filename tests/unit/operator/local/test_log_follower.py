"""A log is read as it grows, in bounded memory."""

from __future__ import annotations

import pytest

from detector_operator.local.log_follower import MAX_LINE, TAIL_LINES, LogFollower
from support.trainings import at


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "train.log"
    follower = LogFollower(path)

    def add(data):
        with path.open("ab") as file:
            file.write(data)
        follower.read()
        return follower

    return add


def test_a_log_that_is_not_there_yet_is_empty(tmp_path):
    follower = LogFollower(tmp_path / "none")
    follower.read()
    assert (follower.progress, follower.tail) == (None, ())


def test_the_newest_progress_counts_and_is_not_a_line_of_the_tail(log):
    follower = log(f"a\n{at(1).to_line()}\n{at(2).to_line()}\nb\n".encode())
    assert (follower.progress.step, follower.tail) == (2, ("a", "b"))


def test_a_progress_line_may_come_in_pieces(log):
    line = at(7).to_line().encode()
    assert log(line[:30]).progress is None
    assert log(line[30:] + b"\n").progress.step == 7


def test_the_tail_is_the_last_lines(log):
    follower = log(b"".join(b"%d\n" % number for number in range(1000)))
    assert follower.tail == tuple(str(number) for number in range(1000 - TAIL_LINES, 1000))


def test_a_line_that_is_redrawn_counts_as_lines(log):
    assert log(b"10%\r20%\r30%\n").tail == ("10%", "20%", "30%")


def test_an_unfinished_last_line_is_in_the_tail(log):
    assert log(b"a\nKilled").tail == ("a", "Killed")


def test_a_line_without_end_takes_bounded_memory(log):
    for _ in range(50):
        follower = log(b"x" * 100_000)
    assert len(follower._rest) <= MAX_LINE
    assert log(b"\nnext\n").tail[-1] == "next"


def test_bytes_that_are_no_text_do_no_harm(log):
    assert log(b"\xff\xfe\n").tail == ("\ufffd\ufffd",)

"""Texts that people read have a bound."""

from __future__ import annotations

import pytest

from detector_trainer.contract.shortened import ELLIPSIS, shortened


@pytest.mark.parametrize("text", ["", "abc", "abcd"])
def test_a_text_within_its_bound_is_left_alone(text: str):
    assert shortened(text, 4) == text


def test_a_longer_one_ends_with_an_ellipsis_and_is_as_long_as_it_may_be():
    assert shortened("abcde", 4) == f"abc{ELLIPSIS}"


@pytest.mark.parametrize("most", [0, 1])
def test_nothing_but_the_ellipsis_is_left_where_there_is_no_room(most: int):
    assert shortened("abc", most) == ELLIPSIS

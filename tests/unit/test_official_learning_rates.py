"""The learning rates of the official configs are those of the configs that are kept here."""

from __future__ import annotations

from support.official_configs import LEARNING_RATES, learning_rates


def test_the_table_is_current():
    assert LEARNING_RATES.read_text() == learning_rates(), "run `make generate`"

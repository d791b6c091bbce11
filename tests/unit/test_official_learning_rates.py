"""The learning rates of the official configs are those of the configs that are kept here."""

from __future__ import annotations

from generators.official_learning_rates import TARGET, generate


def test_the_table_is_current():
    assert TARGET.read_text() == generate(), "run `make generate`"

"""The contract names every code that a validation can report."""

from __future__ import annotations

from generators.finding_codes import FILE, source


def test_the_codes_are_those_of_the_checks():
    assert FILE.read_text(encoding="utf-8") == source(), "run: make generate"

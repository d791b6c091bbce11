"""Helpers for manifests."""

from __future__ import annotations

from detector_operator.builders.manifest import part, without_empty


def test_empty_fields_are_left_out_at_the_first_level_only():
    given = {"a": None, "b": [], "c": {}, "d": 0, "e": False, "f": "", "g": {"emptyDir": {}}}
    assert without_empty(given) == {"d": 0, "e": False, "f": "", "g": {"emptyDir": {}}}


def test_a_mapping_that_is_missing_or_not_a_mapping_is_empty():
    assert part({"spec": {"a": 1}}, "spec") == {"a": 1}
    assert part({}, "spec") == part({"spec": None}, "spec") == part({"spec": [1]}, "spec") == {}

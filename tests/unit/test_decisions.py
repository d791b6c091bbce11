"""docs/decisions: each has the same three parts, is in the index, and names what verifies it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIRECTORY = ROOT / "docs/decisions"
DECISIONS = sorted(path.name for path in DIRECTORY.glob("[0-9]*.md"))


def text_of(name: str) -> str:
    return (DIRECTORY / name).read_text(encoding="utf-8")


def test_they_are_numbered_without_a_gap():
    assert [int(name[:4]) for name in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_index_lists_them_by_their_titles():
    titles = [(text_of(name).splitlines()[0].partition(". ")[2], name) for name in DECISIONS]
    assert re.findall(r"^\d+\. \[(.+)\]\((.+)\)$", text_of("README.md"), re.MULTILINE) == titles


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_a_context_a_decision_and_consequences(name: str):
    text = text_of(name)
    assert text.startswith(f"# {int(name[:4])}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("name", DECISIONS)
def test_what_verifies_a_decision_exists(name: str):
    verified_by = text_of(name).rpartition("\nVerified by ")[2]
    for path, _, test in (each.partition("::") for each in re.findall(r"`([^`]+)`", verified_by)):
        assert (ROOT / path).exists()
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
    assert verified_by.startswith("`tests/")

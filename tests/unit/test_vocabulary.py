"""Messages, documents, docstrings and comments keep to the words of the field: tools/vocabulary/words.py lists what to avoid."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocabulary.docstrings import begins_with_verb, functions_without_verb, without_verb
from vocabulary.files import TOPS
from vocabulary.scan import hits_in, scan
from vocabulary.texts import Text, plain_text, python_text
from vocabulary.words import HABITS, Habit

ROOT = Path(__file__).parents[2]


def lines_of(text: Text, habit: str) -> list[int]:
    return [line for line, _, found in hits_in(text) if found.pattern == habit]


@pytest.mark.parametrize("top", TOPS)
def test_only_words_of_the_field_are_used(top: str):
    shown = "\n".join(str(hit) for hit in scan(ROOT, [top]))
    assert not shown, f"write this differently; tools/vocabulary/words.py has the reasons:\n{shown}"


def test_a_docstring_begins_with_a_verb():
    shown = "\n".join(str(hit) for hit in without_verb(ROOT, TOPS))
    assert not shown, f"begin with what the function does:\n{shown}"


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.pattern)
def test_each_entry_finds_its_example_and_nothing_that_is_right(habit: Habit):
    def is_found(sentence: str) -> bool:
        return any(found is habit for _, _, found in hits_in(plain_text(sentence)))

    assert is_found(habit.example)
    assert [sentence for sentence in habit.not_in if is_found(sentence)] == []


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.pattern)
def test_each_entry_has_a_reason_and_a_replacement_that_is_no_entry_itself(habit: Habit):
    assert habit.why
    assert [phrase for _, phrase, _ in hits_in(plain_text(habit.instead))] == []


def test_no_entry_is_there_twice():
    patterns = [habit.pattern for habit in HABITS]
    assert len(set(patterns)) == len(patterns)


@pytest.mark.parametrize(
    ("source", "lines"),
    {
        "a comment": ("x = 1  # made anew", [1]),
        "a comment over two lines": ("# it waits for\n# ever\n", [1]),
        "two comments with code between them": ("a = 1  # it waits for\nb = 2\nc = 3  # ever", []),
        "a docstring": ('def f():\n    """Do it.\n\n    It waits\n    for ever.\n    """', [5]),
        "a phrase over two lines of a docstring": ('"""It waits for\never."""', [1]),
        "two paragraphs": ('"""It waits for\n\never."""', []),
        "a message": ("print('it waits for ever')", [1]),
        "a message of two literals": ("print(\n    'it waits for '\n    'ever'\n)", [2]),
        "a message with a value": ("print(f'{name} waits for ever')", [1]),
        "a phrase that is interrupted by a value": ("print(f'waits for {name} ever')", []),
        "nested quotes": ("print(f\"{d['for']} waits for ever\")", [1]),
        "two arguments": ("print('waits for', 'ever')", []),
        "a name": ("anew = whoever.asked_for", []),
        "a path": ("open('/data/whoever/anew.txt')", []),
    }.values(),
)
def test_prose_in_python_is_comments_and_strings(source: str, lines: list[int]):
    found = [*lines_of(python_text(source), "for ever"), *lines_of(python_text(source), "anew")]
    assert found == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    {
        "a heading": ("# For ever\n", [1]),
        "two lines": ("It waits for\never.\n", [1]),
        "a comment in YAML": ("a: 1\n# it waits for\n# ever\nb: 2", [2]),
        "a wrapped value": ("description: it waits for\n  ever", [1]),
        "a list": ("- waits for\n\n- ever", []),
    }.values(),
)
def test_all_of_another_file_is_prose(source: str, lines: list[int]):
    assert lines_of(plain_text(source), "for ever") == lines


def test_what_quotes_another_program_is_marked(tmp_path: Path):
    (tmp_path / "a.py").write_text(
        "a = 'waits for ever'  # vocabulary: quoted\n# vocabulary: quoted\nb = 'waits for ever'\n\nc = 'waits for ever'\n"
    )
    assert [hit.line for hit in scan(tmp_path, ["a.py"])] == [5]


@pytest.mark.parametrize("first", ["Return the sum.", "Returns the sum.", "Tries it.", "Passes.", "Return which of them match."])
def test_a_verb_is_imperative_or_in_the_third_person(first: str):
    assert begins_with_verb(first)


@pytest.mark.parametrize(
    "first", ["The sum.", "Names of the pods.", "Whether it runs.", "Count, a number.", "Records that are read."]
)
def test_a_noun_is_no_verb(first: str):
    assert not begins_with_verb(first)


def test_only_public_functions_are_looked_at_and_properties_are_not():
    source = '''
def public():
    """The sum."""
def _private():
    """The sum."""
def undocumented(): ...
class A:
    @property
    def size(self):
        """The size."""
    async def method(self):
        """What it does."""
'''
    assert [line for line, _ in functions_without_verb(source)] == [2, 11]


def test_every_directory_with_prose_is_scanned():
    tops = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and (path.is_dir() or path.suffix == ".md")}
    assert tops - set(TOPS) <= {"crds", "dist", "runs", "LICENSES", "build"}  # crds is a copy of what is in charts

"""Find the phrases of `words` in the prose of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vocabulary.files import prose_files
from vocabulary.texts import Text, text_of
from vocabulary.words import HABITS, Habit

QUOTED = "vocabulary: quoted"
"""In a comment on a line, or alone on the line before it: the line quotes the text of another program, and is skipped."""


@dataclass(frozen=True, order=True)
class Hit:
    """One use of a phrase."""

    path: str
    line: int
    phrase: str
    instead: str

    def __str__(self) -> str:
        """Format it as compilers do, so that editors open the place."""
        return f"{self.path}:{self.line}: {self.phrase} -> {self.instead}"


def scan(root: Path, paths: Iterable[str]) -> Iterator[Hit]:
    """Yield every use of a phrase in the files below `paths`, which are relative to `root`."""
    for file in prose_files(root, paths):
        source = file.read_text(encoding="utf-8").splitlines()
        for line, phrase, habit in hits_in(text_of(file)):
            if not _is_quoted(source, line):
                yield Hit(str(file.relative_to(root)), line, phrase, habit.instead)


def hits_in(text: Text) -> Iterator[tuple[int, str, Habit]]:
    """Yield line, phrase and habit of every use in one text."""
    lower = text.text.lower()
    for habit in HABITS:
        for match in habit.uses(lower):
            yield text.line_at(match.start()), " ".join(match.group().split()), habit


def _is_quoted(source: list[str], line: int) -> bool:
    return any(QUOTED in each for each in source[max(line - 2, 0) : line])

"""The error for a file that cannot be used."""

from __future__ import annotations


class Unreadable(Exception):
    """An input cannot be read as what it is expected to be.

    Attributes:
        path: as the user wrote it.
        kind: one word for the problem, for example `missing`, `directory`, `empty`, `gzip`, `html`, `git-lfs`, `syntax`.
        problem: a sentence without the path, for example `is a git-lfs pointer, not the file itself`.
        hint: what to do.
        line: 1-based line, where there is one.
    """

    def __init__(self, path: str, kind: str, problem: str, hint: str, line: int | None = None) -> None:
        super().__init__(f"{path} {problem}")
        self.path, self.kind, self.problem, self.hint, self.line = path, kind, problem, hint, line

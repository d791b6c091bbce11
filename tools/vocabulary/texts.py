"""Find the prose of a file: all of it in Markdown, YAML and the like; in Python, the comments and strings."""

from __future__ import annotations

import bisect
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vocabulary.files import PYTHON

_BLANK = "\0"
"""Stands for an empty line, so that no phrase is found across two paragraphs."""
_OPENS, _CLOSES = "FSTRING_START", "FSTRING_END"  # tokens since Python 3.12; before, an f-string is one STRING


@dataclass(frozen=True)
class Text:
    """Consecutive prose. `starts[i]` is the offset in `text` at which line `lines[i]` of the file begins."""

    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    def line_at(self, offset: int) -> int:
        """Return the line of the file that has the character at `offset`."""
        return self.lines[bisect.bisect_right(self.starts, offset) - 1]


def text_of(path: Path) -> Text:
    """Read the prose of a file."""
    source = path.read_text(encoding="utf-8")
    return python_text(source) if path.suffix == PYTHON else plain_text(source)


def plain_text(source: str) -> Text:
    """Take a whole file as prose, without indentation and the comment signs at the beginning of its lines."""
    return _text([(line, re.sub(r"^\s*(#+|//+|--+|>)(?= |$)", "", text)) for line, text in _numbered(source, 1)])


def python_text(source: str) -> Text:
    """Take the comments and strings of Python code; those that follow each other directly are one paragraph."""
    prose: list[tuple[int, str]] = []
    comments: list[tuple[int, str]] = []
    strings: list[tuple[int, str]] = []
    for kind, line, text in _tokens(source):
        if kind == tokenize.COMMENT:
            if comments and line > comments[-1][0] + 1:
                prose += _paragraph(comments)
            comments.append((line, text.lstrip("#").strip()))
        elif kind == tokenize.STRING:
            strings += _string(text, line)
        elif kind != tokenize.NL:
            prose += _paragraph(strings)
    return _text(prose + _paragraph(comments) + _paragraph(strings))


def _paragraph(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Take these lines out of their list, with an empty line behind them. A single word is a key or a path, not prose."""
    taken = [*lines, (lines[-1][0], "")] if len(" ".join(text for _, text in lines).split()) > 1 else []
    lines.clear()
    return taken


def _tokens(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield kind, line and text of each token; an f-string is one STRING whatever the version of Python."""
    lines = source.splitlines(keepends=True)
    open_at: list[tuple[int, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        if name == _OPENS:
            open_at.append(token.start)
        elif name == _CLOSES:
            start = open_at.pop()
            if not open_at:
                yield tokenize.STRING, start[0], _between(lines, start, token.end)
        elif not open_at:
            yield token.type, token.start[0], token.string


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    first, last = start[0] - 1, end[0] - 1
    if first == last:
        return lines[first][start[1] : end[1]]
    return "".join([lines[first][start[1] :], *lines[first + 1 : last], lines[last][: end[1]]])


def _string(literal: str, line: int) -> list[tuple[int, str]]:
    """Return the lines of a string literal, without its quotes, escapes and replacement fields."""
    body = re.sub(r"^[A-Za-z]*", "", literal)
    quotes = 3 if body.startswith(('"""', "'''")) else 1
    body = re.sub(r"\\[nt]", "  ", body[quotes:-quotes])
    return _numbered(re.sub(r"\{[^{}\n]*\}", "{}", body), line)


def _numbered(source: str, first: int) -> list[tuple[int, str]]:
    return list(enumerate(source.split("\n"), start=first))


def _text(lines: list[tuple[int, str]]) -> Text:
    text: list[str] = []
    starts: list[int] = []
    length = 0
    for index, (number, line) in enumerate(lines):
        same_line = index + 1 < len(lines) and lines[index + 1][0] == number and line and lines[index + 1][1]
        text.append(line if same_line else (line.strip() or _BLANK) + "\n")
        starts.append(length)
        length += len(text[-1])
    return Text("".join(text), tuple(starts), tuple(number for number, _ in lines))

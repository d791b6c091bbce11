"""Reads a pipeline config as object_detection/utils/config_util.get_configs_from_pipeline_file does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from google.protobuf import text_format
from google.protobuf.message import Message

from detector_trainer.contract.shortened import shortened
from detector_trainer.did_you_mean import closest
from detector_trainer.pipeline.text_file import read_text
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import pool, types

if TYPE_CHECKING:
    from detector_trainer.protos.types import TrainEvalPipelineConfig

AnyMessage = TypeVar("AnyMessage", bound=Message)
_POSITION = re.compile(r"^(\d+):(\d+) : (.*)$", re.DOTALL)
_NO_FIELD = re.compile(r"Message type \"([\w.]+)\" has no field named \"(\w+)\"")
_NO_ENUM = re.compile(r"Enum type \"([\w.]+)\" has no value named (\w+)")


@dataclass(frozen=True)
class PipelineConfig:
    """A pipeline config as written."""

    path: str
    text: str
    message: TrainEvalPipelineConfig

    def line_of(self, field: str) -> int | None:
        """Return the 1-based line of a field, best effort: `train_config.batch_size` is found by its path of blocks.

        None if it is not in the file (it has its default, or is overridden).
        """
        return _line_of(self._lines, field)

    @cached_property
    def _lines(self) -> dict[str, list[int]]:
        """The lines of every field, by its path of names; cached, because thousands of findings may refer to fields."""
        lines: dict[str, list[int]] = {}
        for path, line in fields(self.text):
            lines.setdefault(path, []).append(line)
        return lines


def read_pipeline_config(path: str) -> PipelineConfig:
    """Read and parse a pipeline config with text_format.Merge, as the trainer does, which accepts duplicate fields.

    Raises:
        Unreadable: it cannot be read or parsed.
    """
    text = read_text(path, "pipeline config")
    if text.startswith("\ufeff"):
        raise Unreadable(
            path, "byte-order-mark", "begins with a UTF-8 byte order mark, which the trainer's parser rejects",
            "Save it as UTF-8 without a byte order mark.", 1,
        )  # fmt: skip
    return PipelineConfig(path, text, parse_text(path, text, types.TrainEvalPipelineConfig))


class _Kind(NamedTuple):
    """The name of a kind of file, and how it is recognized."""

    name: str
    begins: re.Pattern[str]
    """Matches a line that begins one of its blocks. A file without one is something else, perhaps a Secret, and is not quoted."""
    example: str


_BLOCKS = "model|train_config|train_input_reader|eval_config|eval_input_reader|graph_rewriter"


def _begins(names: str) -> re.Pattern[str]:
    """Return a pattern for a line that begins a block, even after a byte order mark; it matches in linear time."""
    return re.compile(rf"^\ufeff?[ \t]*(?:{names})\s*(?::\s*)?[{{<]", re.MULTILINE)


_KINDS = {
    "TrainEvalPipelineConfig": _Kind("pipeline config", _begins(_BLOCKS), "model { ssd { num_classes: 37 } }"),
    "StringIntLabelMap": _Kind("label map", _begins("item"), 'item { id: 1 name: "cat" }'),
}
LONGEST_PROBLEM = 300


def parse_text(path: str, text: str, message_class: type[AnyMessage]) -> AnyMessage:
    """Parse text as a message of a class: a pipeline config or a label map.

    Raises:
        Unreadable: kind `syntax`, with the line, what is wrong there, and the closest name if a name is unknown. A file in
            which no line looks like one of this message is not quoted.
    """
    message = message_class()
    try:
        text_format.Merge(text, message)
    except (text_format.ParseError, UnicodeDecodeError, ValueError) as error:
        match = _POSITION.match(str(error))
        line, problem = (int(match[1]), match[3]) if match else (None, str(error))
        kind = _KINDS[message_class.DESCRIPTOR.name]
        if not kind.begins.search(text):
            raise _something_else(path, kind, problem, line) from None
        raise _syntax(path, problem, text, line) from None
    return message


def _something_else(path: str, kind: _Kind, problem: str, line: int | None) -> Unreadable:
    """Report the first line that does not parse, and a name in it only if it is similar to a known one."""
    no_field = _NO_FIELD.search(problem)
    near = closest(no_field[2], _fields_of(no_field[1])) if no_field else []
    typo = f"; did you mean {near[0]}?" if near else ""
    at = f"line {line}" if line is not None else "its text"
    return Unreadable(
        path,
        "syntax",
        f"is not a {kind.name}: {at} cannot be parsed, and no line begins one of its blocks{typo}",
        f"Give the path of a {kind.name}, for example with the line `{kind.example}`.",
        line,
    )


def _fields_of(message: str) -> list[str]:
    return list(pool().FindMessageTypeByName(message).fields_by_name)


def _syntax(path: str, problem: str, text: str, line: int | None) -> Unreadable:
    hint = "Fix that line."
    no_field, no_enum = _NO_FIELD.search(problem), _NO_ENUM.search(problem)
    if no_field:
        message, name = no_field.groups()
        problem = f"{message.rpartition('.')[2]} has no field {shortened(name, LONGEST_PROBLEM)!r}"
        hint = _nearest(name, _fields_of(message), "Remove it, or look up its name in the proto.")
    elif no_enum:
        message, name = no_enum.groups()
        known = list(pool().FindEnumTypeByName(message).values_by_name)
        problem = f"{message.rpartition('.')[2]} has no value {shortened(name, LONGEST_PROBLEM)!r}"
        hint = _nearest(name, known, f"Use one of {', '.join(known)}.")
    elif "unicodeescape" in problem or "\\" in _line(text, line):
        hint = "In a path, write / in place of \\: a backslash begins an escape."
    shown = _line(text, line).strip()
    quoted = f"; the line reads `{shown[:80]}`" if shown else ""
    return Unreadable(path, "syntax", f"cannot be parsed: {shortened(problem, LONGEST_PROBLEM)}{quoted}", hint, line)


def _nearest(name: str, known: list[str], otherwise: str) -> str:
    near = closest(name, known, 3)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


def _line(text: str, line: int | None) -> str:
    lines = text.splitlines()
    return lines[line - 1] if line is not None and 0 < line <= len(lines) else ""


_TOKEN = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[{}<>]|\n|\w+|.", re.DOTALL)


def fields(text: str) -> list[tuple[str, int]]:
    """Return every field in a text proto, in order: its path of names (`train_config.batch_size`) and its 1-based line."""
    found: list[tuple[str, int]] = []
    stack: list[str] = []
    line, name, name_line = 1, "", 0
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token in "{<":
            if name and (not found or found[-1] != (".".join([*stack, name]), name_line)):
                found.append((".".join([*stack, name]), name_line))
            stack.append(name)
            name = ""
        elif token in "}>":
            if stack:
                stack.pop()
            name = ""
        elif token == ":":
            if name:
                found.append((".".join([*stack, name]), name_line))
        elif token[0].isalpha() or token[0] == "_":
            name, name_line = token, line
    return found


def _line_of(lines: Mapping[str, list[int]], field: str) -> int | None:
    """Find a line for PipelineConfig.line_of: of a repeated field `x[1]` the second; of any other the last, which counts."""
    match = re.search(r"\[(\d+)\]", field)
    places = lines.get(re.sub(r"\[\d+\]", "", field))
    if not places:
        return None
    if match and int(match[1]) < len(places) and field.endswith("]"):
        return places[int(match[1])]
    return places[-1]

"""Reads a pipeline config as object_detection/utils/config_util.get_configs_from_pipeline_file does."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from google.protobuf import text_format
from google.protobuf.message import Message

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
        """The 1-based line on which a field stands, best effort: `train_config.batch_size` looks for its last name in its blocks.

        None where it is not written (it has its default, or was overridden).
        """
        return line_of(self.text, field)


def read_pipeline_config(path: str) -> PipelineConfig:
    """Reads and parses it; text_format.Merge, as the trainer does, so that a field written twice is legal.

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


def parse_text(path: str, text: str, kind: type[AnyMessage]) -> AnyMessage:
    """Parse text as a message of a class.

    Raises:
        Unreadable: kind `syntax`, with the line, what is wrong there, and the nearest name where a name is unknown.
    """
    message = kind()
    try:
        text_format.Merge(text, message)
    except text_format.ParseError as error:
        raise _syntax(path, str(error), text) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise Unreadable(path, "syntax", f"cannot be parsed: {error}", "Mend the text.") from None
    return message


def _syntax(path: str, words: str, text: str) -> Unreadable:
    match = _POSITION.match(words)
    line, problem = (int(match[1]), match[3]) if match else (None, words)
    hint = "Mend that line."
    no_field, no_enum = _NO_FIELD.search(problem), _NO_ENUM.search(problem)
    if no_field:
        message, name = no_field.groups()
        known = list(pool().FindMessageTypeByName(message).fields_by_name)
        problem = f"{message.rpartition('.')[2]} has no field {name!r}"
        hint = _nearest(name, known, "Remove it, or look up its name in the proto.")
    elif no_enum:
        message, name = no_enum.groups()
        known = list(pool().FindEnumTypeByName(message).values_by_name)
        problem = f"{message.rpartition('.')[2]} has no value {name!r}"
        hint = _nearest(name, known, f"Use one of {', '.join(known)}.")
    elif "unicodeescape" in problem or "\\" in _line(text, line):
        hint = "In a path, write / in place of \\: a backslash begins an escape."
    shown = _line(text, line).strip()
    quoted = f"; the line reads `{shown[:80]}`" if shown else ""
    return Unreadable(path, "syntax", f"cannot be parsed: {problem}{quoted}", hint, line)


def _nearest(name: str, known: list[str], otherwise: str) -> str:
    near = difflib.get_close_matches(name, known, 3, 0.6)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


def _line(text: str, line: int | None) -> str:
    lines = text.splitlines()
    return lines[line - 1] if line is not None and 0 < line <= len(lines) else ""


_TOKEN = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[{}<>]|\n|\w+|.", re.DOTALL)


def fields(text: str) -> list[tuple[str, int]]:
    """Every field written in a text proto, in order: its path of names (`train_config.batch_size`), and its 1-based line."""
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


def line_of(text: str, field: str) -> int | None:
    """See PipelineConfig.line_of. Of a repeated field `x[1]`, the second place; of any other, the last: it wins."""
    match = re.search(r"\[(\d+)\]", field)
    plain = re.sub(r"\[\d+\]", "", field)
    lines = [line for path, line in fields(text) if path == plain]
    if not lines:
        return None
    if match and int(match[1]) < len(lines) and field.endswith("]"):
        return lines[int(match[1])]
    return lines[-1]

"""Diagnose: find the cause of a failure in a training's log."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from detector_trainer.contract import Progress, reasons
from detector_trainer.failures import Classified, classify
from detector_trainer.pipeline.text_file import regular_size
from detector_trainer.pipeline.unreadable import Unreadable

PROGRAM = "detector-training diagnose"
FOUND, NOTHING, USAGE = 0, 1, 2
WINDOW = 200
"""Lines that are matched together: a traceback and the lines before it."""
LONGEST_LINE = 20_000
# No pattern contains an escape character: an unterminated sequence ends at the next one, so that matching stays linear.
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_STEP = re.compile(r"\bStep (\d+) per-step time")
_NOT_FINITE = re.compile(r"'Loss/\w+': (?:array\()?(-?inf|nan)\b")
_ERROR_LIKE = re.compile(r"(?:Error|Exception)\b|\b(?:error|failed|FATAL|Traceback|Aborted|Killed|Segmentation fault)\b")


@dataclass
class Diagnosis:
    """What was found in a log."""

    causes: list[tuple[int, Classified]] = field(default_factory=list)
    """Line number and classification; each code once."""
    step: int | None = None
    total_steps: int | None = None
    non_finite_line: int | None = None
    error_lines: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=5))


def main(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if a cause was found, 1 if none was, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, allow_abbrev=False, description="Find the cause of a failure in a training log."
    )
    parser.add_argument("log", metavar="LOG", help="a file, or - for standard input")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default text")
    options = parser.parse_args(argv)
    try:
        if options.log == "-":
            found = diagnose(_lines(sys.stdin.buffer))
        else:
            regular_size(options.log, "log")
            with Path(options.log).open("rb") as file:
                found = diagnose(_lines(file))
    except Unreadable as problem:
        sys.stderr.write(f"{PROGRAM}: {problem}. {problem.hint}\n")
        return USAGE
    sys.stdout.write((as_json(found) if options.format == "json" else as_text(found)) + "\n")
    return FOUND if found.causes or found.non_finite_line is not None else NOTHING


def diagnose(lines: Iterable[str]) -> Diagnosis:
    """Read a log line by line; only a window of lines is kept in memory."""
    found = Diagnosis()
    window: deque[str] = deque(maxlen=WINDOW)
    number = 0
    for number, line in enumerate(lines, 1):
        _follow(found, number, line)
        window.append(line)
        if number % (WINDOW // 2) == 0:
            _look(found, window, number)
    _look(found, window, number)
    return found


def _follow(found: Diagnosis, number: int, line: str) -> None:
    progress = Progress.from_line(line)
    if progress is not None:
        found.step, found.total_steps = progress.step, progress.total_steps
    step = _STEP.search(line)
    if step:
        found.step = int(step[1])
    if found.non_finite_line is None and _NOT_FINITE.search(line):
        found.non_finite_line = number
    if _ERROR_LIKE.search(line):
        found.error_lines.append((number, line.strip()[:300]))


def _look(found: Diagnosis, window: deque[str], last: int) -> None:
    """Classify the lines in the window; at most one cause, because consequences of a cause often match, too."""
    classified = classify("\n".join(window))
    if classified is None or any(known.code == classified.code for _, known in found.causes):
        return
    first = last - len(window) + 1
    at = next((first + index for index, line in enumerate(window) if classified.line[:100] in line), last)
    found.causes.append((at, classified))


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a file without ANSI sequences and line ends, each cut to a length that can be searched."""
    while True:
        line = file.readline(LONGEST_LINE)
        if not line:
            return
        yield _ANSI.sub("", line.decode("utf-8", "replace")).rstrip("\r\n")


def as_text(found: Diagnosis) -> str:
    """Format a diagnosis for people."""
    parts = []
    for line, cause in found.causes:
        parts.append(f"{cause.code}\n  line {line}: {cause.line}\n  what {cause.message}\n  fix  {cause.hint}")
    if found.non_finite_line is not None:
        parts.append(
            f"{reasons.NON_FINITE_LOSS}\n  line {found.non_finite_line}: the loss is not finite\n"
            "  what The weights are lost from there on; the trainer does not stop.\n"
            "  fix  Lower the learning rate, or look for infinite or huge boxes: detector-training validate."
        )
    if not parts:
        parts.append("No known cause found.")
        if found.error_lines:
            parts.append(
                "The last lines that look like errors:\n" + "\n".join(f"  {number}: {line}" for number, line in found.error_lines)
            )
    if found.step is not None:
        of = f" of {found.total_steps}" if found.total_steps else ""
        parts.append(f"Last step: {found.step}{of}.")
    return "\n\n".join(parts)


def as_json(found: Diagnosis) -> str:
    """Format a diagnosis as JSON."""
    return json.dumps(
        {
            "causes": [
                {
                    "code": cause.code,
                    "reason": cause.reason,
                    "message": cause.message,
                    "hint": cause.hint,
                    "line": line,
                    "text": cause.line,
                }
                for line, cause in found.causes
            ],
            "nonFiniteLossLine": found.non_finite_line,
            "step": found.step,
            "totalSteps": found.total_steps,
            "errorLines": [{"line": number, "text": line} for number, line in found.error_lines],
        },
        indent=2,
    )

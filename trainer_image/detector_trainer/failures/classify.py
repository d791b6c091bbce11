"""Finds the cause of a failure in an error message or a log."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detector_trainer.contract import ExitCode
from detector_trainer.contract.shortened import shortened
from detector_trainer.failures.failure import Failure
from detector_trainer.failures.table import FAILURES

LONGEST_TEXT = 200_000
"""The characters that are searched: the first and the last half of a longer text. TensorFlow names the cause near one of the ends."""


@dataclass(frozen=True)
class Classified:
    """A failure that was identified in a text."""

    failure: Failure
    message: str
    line: str
    """The line of the text that identifies the failure."""

    @property
    def code(self) -> str:
        """Return the code, `area/what-is-wrong`."""
        return self.failure.code

    @property
    def reason(self) -> str:
        """Return the reason, from contract.reasons."""
        return self.failure.reason

    @property
    def hint(self) -> str:
        """Return the fix."""
        return self.failure.fix

    @property
    def exit_code(self) -> ExitCode:
        """Return the exit code of `train` for this failure."""
        return self.failure.exit_code


def classify(text: str) -> Classified | None:
    """Return the first failure of the table that the text shows, or None.

    Args:
        text: an exception with its traceback, or a part of a log.
    """
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT // 2]}\n{text[-LONGEST_TEXT // 2 :]}"
    for failure in FAILURES:
        match = failure.search(text)
        if match:
            return Classified(failure, failure.message_for(match), _line_at(text, match))
    return None


def _line_at(text: str, match: re.Match[str]) -> str:
    """Return the line in which the match ends, cut to 300 characters."""
    start = text.rfind("\n", 0, match.end() - 1) + 1
    end = text.find("\n", match.end())
    return shortened(text[start : end if end >= 0 else len(text)].strip(), 300)

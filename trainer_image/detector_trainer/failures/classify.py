"""Finds the cause in what the trainer said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detector_trainer.contract import ExitCode
from detector_trainer.contract.shortened import shortened
from detector_trainer.failures.failure import Failure
from detector_trainer.failures.table import FAILURES

MOST = 200_000
"""Characters looked at: the first and the last half of a longer text. TensorFlow repeats itself, and names the cause at the ends."""


@dataclass(frozen=True)
class Classified:
    """A failure, with what this one said."""

    failure: Failure
    message: str
    line: str
    """The line of the text that gave it away."""

    @property
    def code(self) -> str:
        """`area/what-is-wrong`."""
        return self.failure.code

    @property
    def reason(self) -> str:
        """From contract.reasons."""
        return self.failure.reason

    @property
    def hint(self) -> str:
        """What to do."""
        return self.failure.fix

    @property
    def exit_code(self) -> ExitCode:
        """How `train` ends with it."""
        return self.failure.exit_code


def classify(text: str) -> Classified | None:
    """The first failure of the table whose words are in the text: an exception with its traceback, or a piece of a log."""
    if len(text) > MOST:
        text = f"{text[: MOST // 2]}\n{text[-MOST // 2 :]}"
    for failure in FAILURES:
        match = failure.search(text)
        if match:
            return Classified(failure, failure.message_for(match), _line_at(text, match))
    return None


def _line_at(text: str, match: re.Match[str]) -> str:
    """The line in which the match ends, at most 300 characters of it."""
    start = text.rfind("\n", 0, match.end() - 1) + 1
    end = text.find("\n", match.end())
    return shortened(text[start : end if end >= 0 else len(text)].strip(), 300)

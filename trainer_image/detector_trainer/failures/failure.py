"""The model of a failure that an error message or a log identifies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from detector_trainer.contract import ExitCode

LONGEST_REPETITION = 3_000
"""The largest upper bound of a repetition in a pattern, in characters."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Describes one failure: the text that identifies it, and what it means.

    If a check of the validator has the same code, the check documents the failure, and `what` and `why` are empty here.
    """

    code: str
    catalogue: tuple[int, ...]
    reason: str
    """From contract.reasons."""
    exit_code: ExitCode
    patterns: tuple[str, ...]
    """Regular expressions for messages of TensorFlow or object_detection; one match identifies the failure.

    A log may be hostile, so a search has to take time proportional to the length of the text: every repetition has an upper bound,
    and at most one long repetition of a pattern backtracks (the others are possessive: `{1,100}+`). A test holds this.
    """
    message: str
    """The message for users; {names} are the groups of the patterns."""
    what: str = ""
    why: str = ""
    fix: str

    @cached_property
    def expressions(self) -> tuple[re.Pattern[str], ...]:
        """Compile the patterns."""
        return tuple(re.compile(pattern) for pattern in self.patterns)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match of the first pattern that matches, or None."""
        for expression in self.expressions:
            match = expression.search(text)
            if match:
                return match
        return None

    def message_for(self, match: re.Match[str]) -> str:
        """Format the message with the groups of the match; `?` replaces a group that did not match."""
        captured = {name: value if value is not None else "?" for name, value in match.groupdict().items()}
        return self.message.format_map(_Captured(captured))


class _Captured(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"

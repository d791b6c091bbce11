"""A failure that the trainer's words give away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from detector_trainer.contract import ExitCode


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What is said when it happens, and what it means.

    Where a check of the validator has the same code, the check documents it, and `what` and `why` are empty here.
    """

    code: str
    catalogue: tuple[int, ...]
    reason: str
    """From contract.reasons."""
    exit_code: ExitCode
    patterns: tuple[str, ...]
    """Regular expressions of TensorFlow's or object_detection's words; any of them will do."""
    message: str
    """For people; {names} are the groups of the patterns."""
    what: str = ""
    why: str = ""
    fix: str

    @cached_property
    def expressions(self) -> tuple[re.Pattern[str], ...]:
        """The patterns, compiled."""
        return tuple(re.compile(pattern) for pattern in self.patterns)

    def search(self, text: str) -> re.Match[str] | None:
        """The first place where one of the patterns matches."""
        for expression in self.expressions:
            match = expression.search(text)
            if match:
                return match
        return None

    def message_for(self, match: re.Match[str]) -> str:
        """The message with what the match captured."""
        captured = {name: value if value is not None else "?" for name, value in match.groupdict().items()}
        return self.message.format_map(_Captured(captured))


class _Captured(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"

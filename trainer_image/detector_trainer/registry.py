"""All checks of the validator and classified failures, by code."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache

from detector_trainer.failures.failure import Failure
from detector_trainer.failures.table import FAILURES
from detector_trainer.validation import checks
from detector_trainer.validation.rule import Rule


@dataclass(frozen=True)
class Entry:
    """The check and the failures with one code."""

    code: str
    rule: Rule | None
    """The check that finds it before a training, if there is one."""
    failures: tuple[Failure, ...]
    """The failures that recognise it in the output of a failed training."""

    @property
    def what(self) -> str:
        """What is wrong, in a sentence. The text of the check takes precedence."""
        return self.rule.what if self.rule else self.failures[0].what

    @property
    def why(self) -> str:
        """What the trainer does with it."""
        return self.rule.why if self.rule else self.failures[0].why

    @property
    def fix(self) -> str:
        """What to do."""
        return self.rule.fix if self.rule else self.failures[0].fix

    @property
    def example(self) -> str:
        """The mistake and its correction; may be empty."""
        return self.rule.example if self.rule else ""

    @property
    def catalogue(self) -> tuple[int, ...]:
        """Entries of the failure catalogue."""
        numbers = {number for part in (self.rule, *self.failures) if part is not None for number in part.catalogue}
        return tuple(sorted(numbers))

    @property
    def severity(self) -> str:
        """`error`, `warning` or `info` for a check; `failure` for what only a training shows."""
        return self.rule.severity.value if self.rule else "failure"


@cache
def entries() -> dict[str, Entry]:
    """Return all entries by code, in alphabetical order."""
    rules = {rule.code: rule for rule in _rules()}
    failures: dict[str, list[Failure]] = {}
    for failure in FAILURES:
        failures.setdefault(failure.code, []).append(failure)
    return {code: Entry(code, rules.get(code), tuple(failures.get(code, ()))) for code in sorted(rules.keys() | failures.keys())}


def _rules() -> list[Rule]:
    """Import every module below validation/checks; return their RULEs."""
    found = []
    for info in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}."):
        if not info.ispkg:
            found.append(importlib.import_module(info.name).RULE)
    return found

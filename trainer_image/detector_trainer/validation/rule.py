"""The interface of a check: a module with a RULE and a function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.documented import Documented
from detector_trainer.validation.inputs import Inputs


class Cost(StrEnum):
    """The cost of a check."""

    META = "meta"
    """Under 10 ms: reads the config, the label map, file names and sizes, a checkpoint's index."""
    SCAN = "scan"
    """Part of the one pass over all records."""
    BUILD = "build"
    """Runs the trainer's own code: seconds, and the memory of a model."""


@dataclass(frozen=True, kw_only=True)
class Rule(Documented):
    """The documentation of a check; creates its findings."""

    severity: Severity
    cost: Cost
    silent_impact: str = ""
    """The result of a training that nothing stops, as `useless: …` (then it is an error) or `worse: …` (then a warning); with
    `where …` if that is so in some cases only. Empty where the trainer itself ends with an error, or nothing is lost."""
    verified_by: tuple[str, ...] = ()
    """What verifies the verdict: test files (`tests/trainer/…` and `tests/oracle/…` run the trainer, `tests/unit/…` do not), or
    the trainer's source where it was read (`object_detection/…`). docs/catalogue.md shows it. Empty for severity info."""

    def finding(
        self,
        message: str,
        hint: str | None = None,
        *,
        where: Where | None = None,
        count: int = 1,
        severity: Severity | None = None,
    ) -> Finding:
        """Create a finding of this rule. Without a hint it has the rule's fix as its hint."""
        return Finding(
            code=self.code,
            severity=severity or self.severity,
            message=message,
            hint=hint or self.fix,
            where=where or Where(),
            count=count,
        )


class MetaCheck(Protocol):
    """A module under checks/ whose check reads metadata: validation/checks/<area>/<name>.py."""

    RULE: Rule

    def check(self, inputs: Inputs) -> Iterable[Finding]:
        """Yield the findings.

        Raises:
            Unknown: a fact is unavailable; another check reports why.
        """
        ...

"""The trainer's verdict on a case, the validator's, and when the two agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from detector_trainer.contract import Report, Severity

FAILS, TRAINS, GARBAGE, HIDDEN = "fails", "trains", "garbage", "hidden"
"""It ends or waits forever; it learns what was written; it learns something else; only an augmentation keeps it from either."""


@dataclass(frozen=True)
class Trainer:
    """What the real trainer did."""

    verdict: str
    stage: str = ""
    """Where it failed: read the config, build the model, read records, compute the loss …"""
    error: str = ""
    """The exception's class and the first line of its message."""
    garbage: list[str] = field(default_factory=list)
    """What it learns other than what was written."""
    deep: str = ""
    """The stage at which `validate --deep` fails too; asked only where a model is needed to tell."""

    def to_json(self) -> dict[str, Any]:
        """Without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Validator:
    """What the validator reported."""

    errors: list[str]
    """Codes."""
    warnings: list[str]
    crash: str = ""
    """The exception that it ended with; empty, always."""

    @classmethod
    def of(cls, report: Report) -> Validator:
        """Of a report."""
        return cls(
            [finding.code for finding in report.findings if finding.severity is Severity.ERROR],
            [finding.code for finding in report.findings if finding.severity is Severity.WARNING],
        )


def agree(trainer: Trainer, validator: Validator) -> bool:
    """Whether the validator was right.

    What fails is rejected; where the model must be built to tell, by `validate --deep`. What trains is not. Of what trains on something else than was written, the validator reports it, as an
    error or a warning; the same where only an augmentation that drops boxes hides it.
    """
    if validator.crash:
        return False
    if trainer.verdict == FAILS:
        return bool(validator.errors or trainer.deep)
    if trainer.verdict == TRAINS:
        return not validator.errors
    return bool(validator.errors or validator.warnings)

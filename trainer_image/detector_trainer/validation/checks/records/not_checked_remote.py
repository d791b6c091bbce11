"""Records in a bucket cannot be read by the validator."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/not-checked-remote",
    severity=Severity.INFO,
    cost=Cost.META,
    catalogue=(6,),
    what="An input path is in a bucket or another remote file system.",
    why="Only the trainer can read it, so its records are not checked.",
    fix="To have the records checked, mount the bucket and set the mounted path.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for all of them."""
    remote = [
        pattern.text for reader in (inputs.train, *inputs.evals) for pattern in reader.patterns if gfile.is_remote(pattern.text)
    ]
    if remote:
        yield RULE.finding(
            f"{remote[0]} is remote: its records were not checked.", where=Where(file=remote[0]), count=len(remote)
        )

"""The checkpoint in model_dir is damaged."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/resume-corrupt",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(51,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The checkpoint that the training would resume is damaged or truncated.",
    why='The trainer fails with "Read less bytes than requested" or "Checksum does not match" when it restores.',
    fix="Remove its name from the file `checkpoint` in model_dir, or name an older one there.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding. Reads every tensor."""
    if inputs.resumed is None:
        return
    try:
        inputs.resumed.verify()
    except Unreadable as problem:
        yield RULE.finding(f"{problem}.", where=Where(file=problem.path, field="model_dir"))

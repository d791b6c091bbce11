"""The deep checks did not come to an end."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="deep/not-finished",
    severity=Severity.WARNING,
    cost=Cost.BUILD,
    silent_impact="worse, perhaps: what was not looked at is not known",
    verified_by=("tests/unit/deep/test_run.py",),
    what="The trainer's own code did not come to an end over these inputs: it took too long, or was killed.",
    why="What the deep checks would have found, the training finds. All other checks were made.",
    fix="Give the validation more memory (4 GiB are enough for most models) and CPU, or leave --deep out.",
)

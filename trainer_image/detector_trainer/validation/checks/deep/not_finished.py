"""The deep checks did not finish."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="deep/not-finished",
    severity=Severity.WARNING,
    cost=Cost.BUILD,
    silent_impact="worse, possibly: problems that the deep checks would find remain unknown",
    verified_by=("tests/unit/deep/test_run.py",),
    what="The trainer's own code did not finish on these inputs: it took too long, or was killed.",
    why="The training would report what the deep checks would have found. All other checks ran.",
    fix="Give the validation more memory (4 GiB are enough for most models) and CPU, or remove --deep.",
)

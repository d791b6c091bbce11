"""The trainer's own code rejects the inputs with an unclassified error."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="deep/failed",
    severity=Severity.ERROR,
    cost=Cost.BUILD,
    catalogue=(11, 12, 14),
    verified_by=("tests/trainer/test_deep.py", "tests/unit/deep/test_run.py"),
    what="The trainer's own code fails when it runs on these inputs.",
    why="The training would fail with the same error, after it has waited for a GPU.",
    fix="The message quotes the trainer; the failed step shows whether the cause is the model, the input or the checkpoint.",
)

"""The trainer's own code refuses the inputs, in words that are not classified."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="deep/failed",
    severity=Severity.ERROR,
    cost=Cost.BUILD,
    catalogue=(11, 12, 14),
    verified_by=("tests/trainer/test_deep.py", "tests/unit/deep/test_run.py"),
    what="The trainer's own code ends with an error when it is run over these inputs.",
    why="The training would end with the same error, after it has waited for a GPU.",
    fix="The message has the trainer's words; the step that failed says whether the model, the input or the checkpoint is meant.",
)

"""The checkpoint in model_dir has no value for some variables of the model."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="deep/resumes-in-part",
    severity=Severity.WARNING,
    cost=Cost.BUILD,
    catalogue=(51,),
    silent="worse: the variables that are missing begin from random values, at the step of the checkpoint",
    held_by=("object_detection/model_lib_v2.py", "tests/unit/deep/test_run.py"),
    what="The training goes on from the checkpoint in model_dir, which has no value for some variables of the model.",
    why="The trainer says nothing, and trains these from their random first values, at the step of the checkpoint.",
    fix="Choose an empty model_dir, and set fine_tune_checkpoint to the checkpoint, if the model was changed on purpose.",
)

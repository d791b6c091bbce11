"""Failures of the run: model_dir and the number of workers."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="run/model-dir-is-checkpoint-dir",
        catalogue=(49,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"Checkpoint dir \((?P<path>[^)]{0,1000}+)\) and model_dir \([^)]{0,1000}+\) cannot be same",),
        message="model_dir is the directory of the fine-tune checkpoint: {path}.",
        fix="Choose another model_dir.",
    ),
    Failure(
        code="run/starved-worker",
        catalogue=(58,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(r"StopIteration[\s\S]{0,500}$",),
        message="The input of this worker ended: fewer record files than workers, or every file is empty.",
        what="A worker has no record file to read.",
        why="It ends, and the other workers wait for it.",
        fix="Create at least as many record files as there are workers.",
    ),
)

"""model_dir is the folder of the checkpoint."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="run/model-dir-is-checkpoint-dir",
    catalogue=(49,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"Checkpoint dir \((?P<path>[^)]*)\) and model_dir \([^)]*\) cannot be same",),
    message="model_dir is the folder of the fine-tune checkpoint: {path}.",
    fix="Choose another model_dir.",
)

"""Weights and paths of different number."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/sampling-weights",
    catalogue=(39,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r'can only concatenate str \(not "\w+"\) to str',),
    message="sample_from_datasets_weights has not one weight for each input_path.",
    fix="Give as many weights as paths.",
)

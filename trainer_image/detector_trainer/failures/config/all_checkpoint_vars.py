"""A flag of TF1."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/all-checkpoint-vars",
    catalogue=(15,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"load_all_detection_checkpoint_vars unsupported in TF2",),
    message="load_all_detection_checkpoint_vars is set, which TF2 does not support.",
    fix='Remove it; fine_tune_checkpoint_type: "full" restores everything.',
)

"""Version V1."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/version",
    catalogue=(43,),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(r"Checkpoint version should be V2",),
    message="fine_tune_checkpoint_version is V1, or not set.",
    fix="Set fine_tune_checkpoint_version: V2.",
)

"""second_stage_batch_size is too large."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/second-stage-batch",
    catalogue=(14,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"second_stage_batch_size should be no greater than first_stage_max_proposals",),
    message="second_stage_batch_size is above first_stage_max_proposals.",
    fix="Raise first_stage_max_proposals or lower second_stage_batch_size.",
)

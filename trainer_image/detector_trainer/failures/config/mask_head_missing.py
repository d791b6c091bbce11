"""Three stages and no mask head."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/mask-head-missing",
    catalogue=(14,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"KeyError: 'mask_predictions'",),
    message="number_of_stages is 3, and the model has no mask head.",
    what="number_of_stages: 3 asks for masks that the model does not predict.",
    why="The trainer ends when it traces the first step.",
    fix="Add mask_prediction to the second stage box predictor, or set number_of_stages: 2.",
)

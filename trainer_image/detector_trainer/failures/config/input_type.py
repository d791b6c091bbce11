"""An input type that is not known."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/input-type",
    catalogue=(36,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"Unsupported input_type in config",),
    message="input_type of the input reader is 0.",
    fix="Set input_type: TF_EXAMPLE, or leave it out.",
)

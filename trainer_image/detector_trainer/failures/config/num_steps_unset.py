"""No last step."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/num-steps-unset",
    catalogue=(16,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"'NoneType' object cannot be interpreted as an integer",),
    message="num_steps is 0, and no flag says how many steps to train.",
    fix="Set train_config.num_steps, or give --num_train_steps.",
)

"""No such checkpoint."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/not-found",
    catalogue=(40,),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(r"Failed to find any matching files for (?P<path>[^\s\[]+)",),
    message="There is no checkpoint {path}.",
    fix="Give the prefix of a checkpoint: the path of its .index file without .index.",
)

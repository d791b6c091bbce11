"""A batch that the GPUs cannot share."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/batch-size",
    catalogue=(55,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"`?global_batch_size`? (?P<batch>\d+) is not divisible by `?num_replicas_in_sync`? (?P<gpus>\d+)",),
    message="The batch of {batch} cannot be shared evenly by {gpus} GPUs.",
    fix="Make batch_size a multiple of the GPUs.",
)

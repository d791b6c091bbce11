"""A batch size of 0."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/batch-size-zero",
    catalogue=(55,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"Argument `axis` = 0 not in range \[0, 0\)",),
    message="batch_size is 0.",
    what="train_config.batch_size is 0 or not set.",
    why="The input is not batched then, and the model breaks on it.",
    fix="Set train_config.batch_size to at least 1.",
)

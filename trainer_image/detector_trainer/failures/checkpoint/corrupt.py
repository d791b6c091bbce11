"""A checkpoint that is damaged."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/corrupt",
    catalogue=(48, 51),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Read less bytes than requested",
        r"Checksum does not match",
        r"data-\d+-of-\d+; No such file or directory",
    ),
    message="A data file of the checkpoint is missing, cut off or damaged.",
    fix="Copy or download the checkpoint again: the .index and every .data file.",
)

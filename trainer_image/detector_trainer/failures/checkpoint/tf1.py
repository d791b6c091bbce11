"""A checkpoint of TF1, or a part of one."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/tf1",
    catalogue=(41, 42),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(r"Checkpoint is expected to be an object-based checkpoint",),
    message="fine_tune_checkpoint is of TF1, or names the .index file.",
    fix="Use a TF2 checkpoint, and give its prefix: .../checkpoint/ckpt-0.",
)

"""An index that is none."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/unreadable",
    catalogue=(41, 48),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(r"not an sstable \(bad magic number\)",),
    message=(
        "fine_tune_checkpoint names a file that is no checkpoint index: a .data file, a git-lfs pointer, or a damaged index."
    ),
    fix="Give the prefix of the checkpoint, and download it again if its files are small.",
)

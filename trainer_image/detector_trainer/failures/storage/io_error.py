"""The storage failed."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="storage/io-error",
    catalogue=(),
    reason=reasons.STORAGE_ERROR,
    exit_code=ExitCode.STORAGE,
    patterns=(
        r"Input/output error",
        r"Stale file handle",
        r"Transport endpoint is not connected",
        r"Remote I/O error",
        r"UnavailableError",
        r"Connection (?:reset|refused|timed out)[^\n]*(?:storage|s3|gs:|bucket)",
    ),
    message="The storage failed while a file was read or written.",
    what="Reading or writing a file failed.",
    why="It often passes: the training is retried from its last checkpoint.",
    fix="Look at the volume; the training resumes from its last checkpoint.",
)

"""No space is left."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="storage/disk-full",
    catalogue=(),
    reason=reasons.DISK_FULL,
    exit_code=ExitCode.STORAGE,
    patterns=(
        r"No space left on device",
        r"Disk quota exceeded",
    ),
    message="The disk is full.",
    what="The disk that holds model_dir is full.",
    why="A checkpoint that was cut off cannot be resumed.",
    fix=("Free space in model_dir or enlarge the volume; every checkpoint of a large model takes hundreds of megabytes."),
)

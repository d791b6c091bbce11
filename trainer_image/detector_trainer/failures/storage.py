"""Failures of the storage that holds model_dir and the data."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
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
        why="A truncated checkpoint cannot be resumed.",
        fix="Free space in model_dir or enlarge the volume; each checkpoint of a large model takes hundreds of megabytes.",
    ),
    Failure(
        code="storage/permission-denied",
        catalogue=(),
        reason=reasons.ENVIRONMENT_UNUSABLE,
        exit_code=ExitCode.ENVIRONMENT,
        patterns=(
            r"PermissionDeniedError|PermissionError|Permission denied",
            r"Read-only file system",
        ),
        message="Permission to read or write a file was denied.",
        what="Permission to read or write a file or directory was denied.",
        why="A retry fails the same way.",
        fix="Check the owner and the mode of the mounted directory, and runAsUser and fsGroup of the pod.",
    ),
    Failure(
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
            r"Connection (?:reset|refused|timed out)[^\n]{0,1000}?(?:storage|s3|gs:|bucket)",
        ),
        message="The storage failed while a file was read or written.",
        what="Reading or writing a file failed.",
        why="Such errors are often transient: the training is retried from its last checkpoint.",
        fix="Check the volume; the training resumes from its last checkpoint.",
    ),
)

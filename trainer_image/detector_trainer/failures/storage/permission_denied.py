"""A file may not be read or written."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="storage/permission-denied",
    catalogue=(),
    reason=reasons.ENVIRONMENT_UNUSABLE,
    exit_code=ExitCode.ENVIRONMENT,
    patterns=(
        r'(?:PermissionDeniedError|PermissionError|Permission denied)[^\n]*?(?P<path>/[^\s\'";:]+)?',
        r"Read-only file system",
    ),
    message="A file may not be read or written.",
    what="A file or folder may not be read or written.",
    why="No retry changes it.",
    fix="Look at the owner and mode of the mounted folder, and at runAsUser and fsGroup of the pod.",
)

"""The exit codes of `detector-training train` and `preflight`: sysexits, which a Job's podFailurePolicy can distinguish."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a training ended. A negative return code (killed by a signal) is retried from the last checkpoint."""

    DONE = 0
    USAGE = 64
    """Wrong flags."""
    DATA = 65
    """Inputs rejected, or a data error: never retried."""
    CRASH = 70
    """An unclassified crash: retried."""
    STORAGE = 74
    """Storage I/O: retried."""
    STOPPED = 75
    """Stopped on SIGTERM or SIGINT after saving a checkpoint: retried, and not counted."""
    ENVIRONMENT = 78
    """The environment cannot train (no GPU visible, versions): never retried."""

    @property
    def retryable(self) -> bool:
        """Whether a retry may help."""
        return self in (ExitCode.CRASH, ExitCode.STORAGE, ExitCode.STOPPED)

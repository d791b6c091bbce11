"""What has been read of the log of a running pod."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from detector_trainer.contract import Progress


@dataclass(frozen=True)
class Log:
    """The log of a pod's main container, as far as it was read."""

    since: datetime
    """When it began to be read: how long it was silent before, nobody knows."""
    progress: Progress | None = None
    """The newest progress line."""
    tail: tuple[str, ...] = ()
    """The last lines that are not progress lines."""

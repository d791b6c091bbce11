"""What has been read of the log of a pod."""

from __future__ import annotations

from dataclasses import dataclass, field

from detector_operator.reconcile.runs import LogView
from detector_trainer.contract import Progress


@dataclass(frozen=True)
class Log:
    """The log of a pod's main container, as far as it was read."""

    view: LogView = field(default_factory=LogView)
    """How well it can be read."""
    progress: Progress | None = None
    """The newest progress line."""
    tail: tuple[str, ...] = ()
    """The last lines that are not progress lines."""

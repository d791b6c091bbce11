"""Hold what was read of the log of a pod."""

from __future__ import annotations

from dataclasses import dataclass, field

from detector_operator.reconcile.runs import LogView
from detector_trainer.contract import Progress


@dataclass(frozen=True)
class Log:
    """Hold what was read of the log of a pod's main container."""

    view: LogView = field(default_factory=LogView)
    """When it was read, and whether it can be read."""
    progress: Progress | None = None
    """The newest progress line."""
    tail: tuple[str, ...] = ()
    """The last lines that are not progress lines."""

"""Progress of a scan; a separate module, so that listeners do not import the scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class ScanError(Exception):
    """The scan itself failed, for a reason other than the records."""


@dataclass(frozen=True)
class ScanProgress:
    """Progress of a scan."""

    records: int
    bytes: int
    total_bytes: int
    seconds: float


Listener = Callable[[ScanProgress], None]

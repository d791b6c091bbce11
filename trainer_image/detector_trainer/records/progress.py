"""What a scan tells about itself; apart, so that those who only listen need not load the scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class ScanError(Exception):
    """The scan itself broke; it says nothing about the records."""


@dataclass(frozen=True)
class ScanProgress:
    """How far a scan is."""

    records: int
    bytes: int
    total_bytes: int
    seconds: float


Listener = Callable[[ScanProgress], None]

"""The clock of one `decide`: a comparison of a time with now has the resource decided on again at that time."""

from __future__ import annotations

from datetime import datetime


class Timer:
    """Compares times with now, by the operator's own clock, and keeps the earliest that is still to come.

    Policies look at no other clock: a limit that nobody wakes up for cannot be written.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        """Only for what is written down; comparisons go through `reached`."""
        self._pending: list[datetime] = []

    def reached(self, time: datetime) -> bool:
        """Return whether a time has come. If not, `decide` is called again then."""
        if self.now >= time:
            return True
        self._pending.append(time)
        return False

    def wake_now(self) -> None:
        """Have `decide` called again as soon as what it returns is written and done."""
        self._pending.append(self.now)

    @property
    def wake_at(self) -> datetime | None:
        """The earliest time that was asked for and has not come."""
        return min(self._pending, default=None)

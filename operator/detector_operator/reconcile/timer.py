"""Compare times with the clock of one `decide` call, and collect when to call it again."""

from __future__ import annotations

from datetime import datetime


class Timer:
    """Compare times with now, by the operator's clock, and keep the earliest one that is still to come.

    Policies use no other clock, so that no limit can be written that nothing requeues the resource for.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        """Only for times that are recorded; comparisons use `reached`."""
        self._pending: list[datetime] = []

    def reached(self, time: datetime) -> bool:
        """Return whether a time has come. If not, the resource is requeued for that time."""
        if self.now >= time:
            return True
        self._pending.append(time)
        return False

    def requeue_now(self) -> None:
        """Requeue the resource as soon as the decision has been written and executed."""
        self._pending.append(self.now)

    @property
    def requeue_at(self) -> datetime | None:
        """Earliest time that was compared and has not come."""
        return min(self._pending, default=None)

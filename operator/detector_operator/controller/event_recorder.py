"""Record the Events of a resource, and retry those that could not be created.

An Event is created before the status that it describes is written: an operator that exits between the two decides the same
again, and the Event is not created twice. In the reverse order the Event would be lost: a transition that is in the status is not
decided again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientError

from detector_operator.api import DetectorTraining
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.create_event import create_event
from detector_operator.controller.log_format import about
from detector_operator.controller.store import NamespacedName
from detector_operator.reconcile.actions import Event

MAX_ATTEMPTS: Final = 8
FIRST_RETRY: Final = timedelta(seconds=2)


@dataclass(frozen=True)
class _Unsent:
    resource: DetectorTraining
    event: Event
    time: datetime
    attempts: int

    @property
    def next_attempt(self) -> datetime:
        return self.time + FIRST_RETRY * int(2**self.attempts - 1)


class EventRecorder:
    """Create Events. The status has the same information: a failure is logged and blocks nothing.

    Args:
        server: the API server.
        logger: receives failures.
    """

    def __init__(self, server: ApiServer, logger: logging.Logger) -> None:
        self._server, self._logger = server, logger
        self._unsent: dict[NamespacedName, list[_Unsent]] = {}

    async def record(
        self, key: NamespacedName, resource: DetectorTraining, events: Iterable[Event], now: datetime
    ) -> datetime | None:
        """Create Events, including those that could not be created before.

        Args:
            key: name of the resource.
            resource: the resource with the status that the events describe.
            events: the transitions to report.
            now: current time.

        Returns:
            When to retry; None if all Events exist.
        """
        unsent = [*self._unsent.pop(key, ()), *(_Unsent(resource, event, now, 0) for event in events)]
        left = [each for one in unsent if (each := await self._create(key, one, now)) is not None]
        if not left:
            return None
        self._unsent[key] = left
        return min(each.next_attempt for each in left)

    def forget(self, key: NamespacedName) -> None:
        """Forget a resource that was deleted."""
        self._unsent.pop(key, None)

    async def _create(self, key: NamespacedName, one: _Unsent, now: datetime) -> _Unsent | None:
        """Create an Event. Return it if it has to be retried."""
        if now < one.next_attempt:
            return one
        try:
            await create_event(self._server, one.resource, one.event, one.time)
        except (ApiError, ClientError, OSError) as error:
            self._logger.warning("cannot create event %s: %r", one.event.reason, error, extra=about(key))
            attempts = one.attempts + 1
            return _Unsent(one.resource, one.event, one.time, attempts) if attempts < MAX_ATTEMPTS else None
        return None

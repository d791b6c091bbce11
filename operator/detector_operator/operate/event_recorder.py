"""Creates the Events of a resource, and keeps those that could not be created, to try again.

An Event is created before the status that it is about is written: an operator that ends between the two decides the same again,
and an Event of the same name is not created twice. The other way round, the Event would be lost: a transition that is in the
status is not decided again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientError

from detector_operator.api import DetectorTraining
from detector_operator.operate.announcer import announce
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.store import Key
from detector_operator.reconcile.actions import Event

MOST_ATTEMPTS: Final = 8
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
    """Creates Events. They are a courtesy, the status has it all: a failure is logged, and holds nothing up.

    Args:
        server: where to create them.
        logger: for what failed.
    """

    def __init__(self, server: ApiServer, logger: logging.Logger) -> None:
        self._server, self._logger = server, logger
        self._unsent: dict[Key, list[_Unsent]] = {}

    async def record(self, key: Key, resource: DetectorTraining, events: Iterable[Event], now: datetime) -> datetime | None:
        """Create Events, and those that could not be created before.

        Args:
            key: which resource.
            resource: the same, with the status that the events are about.
            events: what to report.
            now: the time.

        Returns:
            When to try again; None if all of them exist.
        """
        unsent = [*self._unsent.pop(key, ()), *(_Unsent(resource, event, now, 0) for event in events)]
        left = [each for one in unsent if (each := await self._create(key, one, now)) is not None]
        if not left:
            return None
        self._unsent[key] = left
        return min(each.next_attempt for each in left)

    def forget(self, key: Key) -> None:
        """Forget a resource that is gone."""
        self._unsent.pop(key, None)

    async def _create(self, key: Key, one: _Unsent, now: datetime) -> _Unsent | None:
        """Create an Event. Return what is left to do."""
        if now < one.next_attempt:
            return one
        try:
            await announce(self._server, one.resource, one.event, one.time)
        except (ApiError, ClientError, OSError) as error:
            self._logger.warning("event %s: %r", one.event.reason, error, extra=about(key))
            attempts = one.attempts + 1
            return _Unsent(one.resource, one.event, one.time, attempts) if attempts < MOST_ATTEMPTS else None
        return None

"""Events of Jobs and pods that wait without saying why: a Job that may not create its pod, a volume that cannot be mounted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientError

from detector_operator.observe.events import last_seen
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.api_server import CORE, ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.store import Key
from detector_operator.reconcile.situation import TRANSIENT
from detector_operator.specs.manifest import Manifest

FIRST: Final = timedelta(seconds=1)
"""Then three times as long each time."""
LONGEST: Final = timedelta(minutes=5)
FACTOR: Final = 3


@dataclass
class _Asked:
    events: list[Manifest]
    due: datetime
    pause: timedelta


class EventReader:
    """Asks for the events of an object, ever more seldom: what waits for a GPU may wait for days."""

    def __init__(self, server: ApiServer, logger: logging.Logger) -> None:
        self._server, self._logger = server, logger
        self._asked: dict[Key, dict[str, _Asked]] = {}

    async def events(self, key: Key, waiting: list[Manifest], now: datetime) -> tuple[list[Manifest], datetime]:
        """The events regarding the objects of a resource that wait, and when it will be worth asking again.

        Others of this resource are forgotten.
        """
        before = self._asked.get(key, {})
        asked = {uid: before.get(uid) or _Asked([], now + TRANSIENT, FIRST) for uid in (_uid(manifest) for manifest in waiting)}
        self._asked[key] = asked
        for uid, each in asked.items():
            if now >= each.due:
                each.events = await self._read(key, uid, each.events)
                each.pause = min(each.pause * FACTOR, LONGEST)
                each.due = now + each.pause
        return [event for each in asked.values() for event in each.events], min(each.due for each in asked.values())

    def forget(self, key: Key) -> None:
        """Nothing of this resource waits any more."""
        self._asked.pop(key, None)

    async def _read(self, key: Key, uid: str, before: list[Manifest]) -> list[Manifest]:
        path = f"{CORE}/namespaces/{key.namespace}/events"
        try:
            found = (await self._server.list(path, fieldSelector=f"involvedObject.uid={uid}")).manifests
            # Only the newest counts, and anyone may create thousands.
            return sorted(found, key=last_seen)[-1:]
        except (ApiError, ClientError, OSError) as error:  # a TimeoutError is an OSError. Without them less can be reported.
            self._logger.warning("cannot list events: %s", str(error) or type(error).__name__, extra=about(key))
            return before


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"]["uid"])

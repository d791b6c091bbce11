"""Read the Events of Jobs and pods that wait without a reported reason: a forbidden pod, a volume that cannot be mounted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientError

from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.api_server import CORE, ApiServer
from detector_operator.controller.log_format import about
from detector_operator.controller.store import NamespacedName
from detector_operator.observe.events import last_seen
from detector_operator.reconcile.context import REPORT_PENDING_AFTER

FIRST: Final = timedelta(seconds=1)
"""Multiplied by FACTOR after each read."""
MAXIMUM: Final = timedelta(minutes=5)
FACTOR: Final = 3


@dataclass
class _Query:
    events: list[Manifest]
    due: datetime
    pause: timedelta


class EventReader:
    """Read the events of objects with exponential backoff: a pod may wait for a GPU for days."""

    def __init__(self, server: ApiServer, logger: logging.Logger) -> None:
        self._server, self._logger = server, logger
        self._queries: dict[NamespacedName, dict[str, _Query]] = {}

    async def events(self, key: NamespacedName, waiting: list[Manifest], now: datetime) -> tuple[list[Manifest], datetime]:
        """Return the events regarding the waiting objects of a resource, and when to read them again.

        Forgets other objects of the resource.
        """
        before = self._queries.get(key, {})
        queries = {
            uid: before.get(uid) or _Query([], now + REPORT_PENDING_AFTER, FIRST)
            for uid in (_uid(manifest) for manifest in waiting)
        }
        self._queries[key] = queries
        for uid, each in queries.items():
            if now >= each.due:
                each.events = await self._read(key, uid, each.events)
                each.pause = min(each.pause * FACTOR, MAXIMUM)
                each.due = now + each.pause
        return [event for each in queries.values() for event in each.events], min(each.due for each in queries.values())

    def forget(self, key: NamespacedName) -> None:
        """Forget a resource of which nothing waits."""
        self._queries.pop(key, None)

    async def _read(self, key: NamespacedName, uid: str, before: list[Manifest]) -> list[Manifest]:
        path = f"{CORE}/namespaces/{key.namespace}/events"
        try:
            found = (await self._server.list(path, fieldSelector=f"involvedObject.uid={uid}")).manifests
            # Only the newest is used, and users can create thousands.
            return sorted(found, key=last_seen)[-1:]
        except (ApiError, ClientError, OSError) as error:  # a TimeoutError is an OSError. Without events less can be reported.
            self._logger.warning("cannot list events: %s", str(error) or type(error).__name__, extra=about(key))
            return before


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"]["uid"])

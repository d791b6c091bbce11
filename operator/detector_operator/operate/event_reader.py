"""Events of Jobs and pods that wait without saying why: a Job that may not create its pod, a volume that cannot be mounted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from detector_operator.operate.api_server import CORE, ApiServer
from detector_operator.specs.manifest import Manifest

FIRST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(minutes=5)
FACTOR: Final = 3


@dataclass
class _Asked:
    events: list[Manifest]
    due: datetime
    pause: timedelta


class EventReader:
    """Asks for the events of an object, ever more seldom: what waits for a GPU may wait for days."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._asked: dict[str, _Asked] = {}

    async def events(self, manifest: Manifest, now: datetime) -> tuple[list[Manifest], datetime]:
        """The events regarding an object, and when it will be worth asking again.

        Raises:
            Refused: they cannot be read.
        """
        metadata = manifest["metadata"]
        asked = self._asked.setdefault(metadata["uid"], _Asked([], now + FIRST, FIRST))
        if now >= asked.due:
            selector = f"involvedObject.uid={metadata['uid']}"
            asked.events = await self._server.list(f"{CORE}/namespaces/{metadata['namespace']}/events", fieldSelector=selector)
            asked.pause = min(asked.pause * FACTOR, LONGEST)
            asked.due = now + asked.pause
        return asked.events, asked.due

    def forget(self, manifests: list[Manifest]) -> None:
        """These do not wait any more."""
        for manifest in manifests:
            self._asked.pop(manifest["metadata"]["uid"], None)

"""Store the resource with its status in a file, as the API server does on a cluster."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from detector_operator.api import DetectorTraining
from detector_operator.api.status import Time
from detector_operator.local.atomic_write import write_text
from detector_operator.reconcile.actions import Event

MAX_EVENTS = 100

HEADER = "# Written by `detector-training run`; read it, do not edit it.\n"


class StatusFile:
    """Read and write the status file. Unchanged content is not written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: str | None = None

    def read(self) -> DetectorTraining | None:
        """Return the stored resource; None if it is missing or unreadable: the status is then rebuilt from the runs."""
        try:
            document = yaml.safe_load(self._path.read_text(encoding="utf-8"))
            return DetectorTraining.model_validate(document, by_alias=True, by_name=False)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, RecursionError):
            return None

    def write(self, resource: DetectorTraining) -> None:
        """Write the resource if it has changed since the last write.

        Raises:
            OSError: the file cannot be written.
        """
        text = HEADER + yaml.safe_dump(resource.to_dict(), sort_keys=False, allow_unicode=True, width=120)
        if text != self._written:
            write_text(self._path, text)
            self._written = text


class RecordedEvent(BaseModel):
    """Hold an event with its time."""

    model_config = ConfigDict(frozen=True)

    type: str
    reason: str
    message: str
    time: Time


_EVENTS = TypeAdapter(list[RecordedEvent])


class EventFile:
    """Store the last events in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self.events = _EVENTS.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            self.events = []

    def add(self, event: Event, now: datetime) -> None:
        """Append an event.

        Raises:
            OSError: the file cannot be written.
        """
        recorded = RecordedEvent(type=event.type, reason=event.reason, message=event.message, time=now)
        self.events = [*self.events, recorded][-MAX_EVENTS:]
        write_text(self._path, json.dumps(_EVENTS.dump_python(self.events, mode="json"), indent=1))

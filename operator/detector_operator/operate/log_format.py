"""What the operator's own log looks like: every line about a resource names it, in fields where lines are JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Final

from detector_operator.operate.store import Key

_RESOURCE: Final = "resource"


def about(key: Key) -> dict[str, Key]:
    """`extra` of a line about a resource."""
    return {_RESOURCE: key}


class TextLines(logging.Formatter):
    """For people: `2026-01-01 00:00:00,000 INFO team/pets: created Job pets-train-1`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """With the resource before the message."""
        key = _key(record)
        if key is not None:
            record.message = f"{key.namespace}/{key.name}: {record.message}"
        return super().formatMessage(record)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """With namespace and name of the resource as fields."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        key = _key(record)
        if key is not None:
            line |= key._asdict()
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _key(record: logging.LogRecord) -> Key | None:
    key = getattr(record, _RESOURCE, None)
    return key if isinstance(key, Key) else None

"""Format the operator's own log: every line about a resource names it, as fields in the JSON format."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Final

from detector_operator.controller.store import NamespacedName

_RESOURCE: Final = "resource"
# Control characters and Unicode line separators. Messages quote names and texts that users write.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def about(key: NamespacedName) -> dict[str, NamespacedName]:
    """Return `extra` for a log line about a resource."""
    return {_RESOURCE: key}


class TextLines(logging.Formatter):
    """Format lines as text: `2026-01-01 00:00:00,000 INFO team/pets: created Job pets-train-1`.

    A message is always one line. The lines of a traceback are indented, so that none looks like a message.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Prefix the message with the resource."""
        key = _key(record)
        record.message = _one_line(record.message if key is None else f"{key.namespace}/{key.name}: {record.message}")
        return super().formatMessage(record)

    def formatException(self, ei: logging._SysExcInfoType) -> str:  # noqa: N802 - the name is logging's
        """Indent each line of a traceback."""
        return "\n".join(f"    {_one_line(line)}" for line in super().formatException(ei).split("\n"))


class JsonLines(logging.Formatter):
    """Format lines as JSON objects."""

    def format(self, record: logging.LogRecord) -> str:
        """Write namespace and name of the resource as fields."""
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


def _key(record: logging.LogRecord) -> NamespacedName | None:
    key = getattr(record, _RESOURCE, None)
    return key if isinstance(key, NamespacedName) else None


def _one_line(text: str) -> str:
    r"""Escape control characters as Python writes them: a newline becomes \n."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)

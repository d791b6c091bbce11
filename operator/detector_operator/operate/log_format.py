"""What the operator's own log looks like: every line about a resource names it, in fields where lines are JSON."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Final

from detector_operator.operate.store import Key

_RESOURCE: Final = "resource"
# Control characters, and what some viewers take for the end of a line. Messages quote names and texts that users write.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def about(key: Key) -> dict[str, Key]:
    """`extra` of a line about a resource."""
    return {_RESOURCE: key}


class TextLines(logging.Formatter):
    """For people: `2026-01-01 00:00:00,000 INFO team/pets: created Job pets-train-1`.

    A message is one line, whatever is in it. The lines of a traceback are indented, so that none looks like a message.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Put the resource before the message."""
        key = _key(record)
        record.message = _one_line(record.message if key is None else f"{key.namespace}/{key.name}: {record.message}")
        return super().formatMessage(record)

    def formatException(self, ei: logging._SysExcInfoType) -> str:  # noqa: N802 - the name is logging's
        """Indent each line of a traceback."""
        return "\n".join(f"    {_one_line(line)}" for line in super().formatException(ei).split("\n"))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

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


def _key(record: logging.LogRecord) -> Key | None:
    key = getattr(record, _RESOURCE, None)
    return key if isinstance(key, Key) else None


def _one_line(text: str) -> str:
    r"""Escape control characters as Python writes them: a newline becomes \n."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)

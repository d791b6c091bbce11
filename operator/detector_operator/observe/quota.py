"""Parse the message of the API server about an exceeded quota."""

from __future__ import annotations

import re
from typing import Final

_EXCEEDED: Final = re.compile(r"exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)")


def explain_exceeded_quota(message: str) -> str | None:
    """Return which quota is exceeded, and by how much; None if the message is about something else."""
    found = _EXCEEDED.search(message)
    if found is None:
        return None
    quota, requested, used, limited = found.groups()
    return f"exceeded quota {quota}: requested {requested}, used {used}, limited to {limited}."

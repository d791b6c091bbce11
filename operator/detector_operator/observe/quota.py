"""What an API server says of a quota that is used up."""

from __future__ import annotations

import re
from typing import Final

_EXCEEDED: Final = re.compile(r"exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)")


def exceeded(told: str) -> str | None:
    """Which quota, and how far; None if it is about something else."""
    found = _EXCEEDED.search(told)
    if found is None:
        return None
    quota, requested, used, limited = found.groups()
    return f"quota {quota} is exceeded: it asks for {requested}; used are {used} of {limited}."

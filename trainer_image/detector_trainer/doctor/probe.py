"""What a look at the machine gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class ProbeResult:
    """One line of the doctor's report."""

    name: str
    state: State
    found: str
    advice: str = ""

"""The result of a probe of the machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Severity of a result."""

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

"""The largest amount of memory that a call held at one time."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_growth(call: Callable[[], object]) -> int:
    """Bytes of resident memory beyond what the process held before the call, at their peak."""
    ctypes.CDLL(None).malloc_trim(0)  # else what earlier calls freed is used again, and does not count
    _CLEAR.write_text("5")  # sets the peak to what is resident now (proc(5))
    before = _kilobytes("VmHWM")
    call()
    return (_kilobytes("VmHWM") - before) * 1024


def _kilobytes(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])

"""Probes the Python interpreter."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from detector_trainer.doctor.probe import ProbeResult, State


def probe() -> Iterator[ProbeResult]:
    """Check for Python 3.11 or newer, on Linux."""
    version = platform.python_version()
    new_enough = sys.version_info >= (3, 11)
    advice = "" if new_enough else "Use Python 3.11 or newer."
    yield ProbeResult("python", State.OK if new_enough else State.ERROR, version, advice)
    if sys.platform != "linux":
        yield ProbeResult("system", State.WARNING, sys.platform, "Only Linux is tested.")

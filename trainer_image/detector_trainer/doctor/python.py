"""The Python that runs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from detector_trainer.doctor.look import Sight, State


def look() -> Iterator[Sight]:
    """Python 3.11 or newer, on Linux."""
    version = platform.python_version()
    new_enough = sys.version_info >= (3, 11)
    yield Sight("python", State.OK if new_enough else State.ERROR, version, "" if new_enough else "Use Python 3.11 or newer.")
    if sys.platform != "linux":
        yield Sight("system", State.WARNING, sys.platform, "Only Linux is tested.")

"""Probes free disk space and shared memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from detector_trainer.doctor.probe import ProbeResult, State

NEEDED = 5 << 30
SHARED_NEEDED = 64 << 20


def probe() -> Iterator[ProbeResult]:
    """Check the free space of the current directory and of /dev/shm."""
    for name, path, needed in (("disk", ".", NEEDED), ("shared memory", "/dev/shm", SHARED_NEEDED)):
        try:
            free = shutil.disk_usage(path).free
        except OSError:
            yield ProbeResult(name, State.WARNING, f"{path} does not exist")
            continue
        enough = free >= needed
        advice = "" if enough else f"Free at least {needed / (1 << 30):.2g} GiB."
        yield ProbeResult(name, State.OK if enough else State.WARNING, f"{free / (1 << 30):.1f} GiB free in {path}", advice)

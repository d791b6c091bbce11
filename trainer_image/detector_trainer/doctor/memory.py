"""Probes the memory and processors that this process may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from detector_trainer.doctor.probe import ProbeResult, State

NEEDED = 4 << 30
"""Bytes: a small SSD needs about 1 GB, a Faster R-CNN 3 GB, before its batches."""
# Limit and use of the control group, version 2 and 1.
CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def probe() -> Iterator[ProbeResult]:
    """Check the free memory within the limit of the container; count the processors."""
    free = free_bytes()
    if free is not None:
        enough = free >= NEEDED
        advice = "" if enough else f"Provide at least {NEEDED >> 30} GiB: training small models needs 1 to 4 GiB."
        yield ProbeResult("memory", State.OK if enough else State.WARNING, f"{free / (1 << 30):.1f} GiB free", advice)
    yield ProbeResult("processors", State.OK, str(len(os.sched_getaffinity(0))))


def free_bytes() -> int | None:
    """Return the free memory in bytes, within the limit of the container; None if it is unknown."""
    values = [value for value in (_free_of_machine(), *(_free_of_group(*paths) for paths in CGROUPS)) if value is not None]
    return min(values, default=None)


def _free_of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)


def _free_of_group(limit_path: str, used_path: str) -> int | None:
    try:
        limit, used = Path(limit_path).read_text().strip(), Path(used_path).read_text().strip()
    except OSError:
        return None
    return max(0, int(limit) - int(used)) if limit.isdecimal() and used.isdecimal() else None

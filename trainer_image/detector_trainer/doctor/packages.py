"""Probes the versions of the packages that the trainer needs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from detector_trainer.doctor.probe import ProbeResult, State

# Package, the versions that are tested (by their beginning), whether training needs it.
EXPECTED = (
    ("tensorflow", "2.21.", True),
    ("tf-keras", "2.21.", True),
    ("tf-models-official", "2.20.", True),
    ("tf-models-research-object-detection", "2.8.", True),
    ("protobuf", "7.", False),
    ("numpy", "2.", False),
)
INSTALL = "Install requirements/trainer-cpu.txt or requirements/trainer-gpu.txt."


def probe() -> Iterator[ProbeResult]:
    """Check the version of each package."""
    for name, tested, needed in EXPECTED:
        version = _version(name) or (_version(f"{name}-cpu") if name == "tensorflow" else None)
        if version is None:
            yield ProbeResult(name, State.ERROR if needed else State.WARNING, "not installed", INSTALL)
        elif not version.startswith(tested):
            yield ProbeResult(name, State.WARNING, version, f"Tested with {tested}*. {INSTALL}")
        else:
            yield ProbeResult(name, State.OK, version)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

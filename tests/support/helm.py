"""Where the tests have helm from."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster.parts import NotBuilt, program
from cluster.places import Places


def find_helm() -> Path:
    """The path of helm, built if need be. Skips the test where it can be neither built nor found, which in CI is a failure."""
    places = Places.default()
    try:
        with _one_at_a_time(places.cache / "helm.lock"):
            return program(places, "helm")
    except NotBuilt:
        if shutil.which("go") is not None:
            raise
    installed = shutil.which("helm")
    if installed is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("helm is not installed, and cannot be built: Go is not installed")
    return Path(installed)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """The tests run in several processes, and one of them builds."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

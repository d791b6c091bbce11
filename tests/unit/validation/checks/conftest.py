"""Fixtures of the tests of checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.inputs import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Return valid inputs."""
    return Case(tmp_path)

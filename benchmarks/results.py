"""Numbers of a benchmark, as a file: results/NAME.json."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("results")


def write(name: str, numbers: dict[str, Any]) -> None:
    """Writes them, with what they were measured on."""
    machine = {"processors": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps({"machine": machine, **numbers}, indent=2) + "\n")

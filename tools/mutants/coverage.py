"""Which functions of the code each test enters, and how long it takes: measured once, and kept until a file changes."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mutants.forked import run_pytest
from mutants.tree import files

CODE = ("operator/", "trainer_image/")
SLOWER_THAN = 3.0
"""Seconds of processor time. Slower tests are not run: they search for what the others hold, with thousands of examples."""


@dataclass(frozen=True)
class CoveringTest:
    """A test that passes without any mutant."""

    id: str
    seconds: float
    entered: frozenset[str]
    """PATH::QUALIFIED.NAME of the functions that it enters."""

    def enters(self, path: str, scope: str | None = None) -> bool:
        """Return whether it enters a function of a module, or the one that is called `scope`."""
        if scope is None:
            return any(name.startswith(f"{path}::") for name in self.entered)
        return f"{path}::{scope}" in self.entered


@dataclass(frozen=True)
class Coverage:
    """All tests of a package, and the modules from elsewhere that they import."""

    tests: Sequence[CoveringTest]
    failed: Sequence[str]
    modules: Sequence[str]


class Recorder:
    """A plugin of pytest that notes what each test enters."""

    def __init__(self, root: Path, output: Path) -> None:
        self._root, self._output = f"{root}/", output
        self._entered: set[str] = set()
        self._tests: dict[str, dict[str, Any]] = {}
        self._failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Record what one test enters, with its fixtures."""
        self._entered = set()
        begun = time.process_time()
        threading.settrace(self._trace)
        sys.settrace(self._trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            seconds = time.process_time() - begun
            self._tests[item.nodeid] = {"seconds": seconds, "entered": sorted(self._entered)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what fails or is skipped without a mutant."""
        if not report.passed:
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write what was seen."""
        modules = [
            name
            for name, module in sorted(sys.modules.items())
            if "site-packages" in (getattr(module, "__file__", None) or "") and "tensorflow" not in name
        ]
        found = {"tests": self._tests, "failed": sorted(self._failed), "modules": modules}
        self._output.write_text(json.dumps(found), encoding="utf-8")

    def _trace(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self._root):
            path = code.co_filename.removeprefix(self._root)
            if path.startswith(CODE):
                self._entered.add(f"{path}::{code.co_qualname.replace('.<locals>', '')}")


def measured(root: Path, tree: Path, directories: Sequence[str], cache: Path, *, seconds: float = 3600) -> Coverage:
    """Run all tests of some directories once in `tree`, a copy of `root`, or read what was measured with the same files."""
    kept = cache / f"{key(root, directories)}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        sys.stderr.write(f"mutants: which test enters what in {' '.join(directories)}? Takes minutes, once.\n")
        output = tree / "entered.json"
        run_pytest(tree, directories, log=kept.with_suffix(".log"), seconds=seconds, plugins=[Recorder(tree, output)])
        if not output.exists():
            raise SystemExit(f"mutants: the tests could not be run: see {kept.with_suffix('.log')}")
        shutil.move(output, kept)
    return _loaded(kept)


def _loaded(path: Path) -> Coverage:
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    failed = set(found["failed"])
    tests = [
        CoveringTest(name, test["seconds"], frozenset(test["entered"]))
        for name, test in found["tests"].items()
        if name not in failed and test["seconds"] < SLOWER_THAN
    ]
    return Coverage(tests, found["failed"], found["modules"])


def key(root: Path, directories: Sequence[str]) -> str:
    """Return a hash of all code and of the tests that matter."""
    digest = hashlib.sha256(" ".join(directories).encode())
    for name in files(root):
        if name.endswith(".py") and name.startswith((*CODE, "tests/support", "tests/conftest", *directories)):
            digest.update(f"\0{name}\0".encode())
            digest.update((root / name).read_bytes() if (root / name).exists() else b"")
    return digest.hexdigest()[:24]

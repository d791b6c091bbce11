"""A pytest in a forked process: it starts with everything imported that this process has, and is ended when it takes too long."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mutants.tree import PATHS

TIMED_OUT = -1
OPTIONS = ("-q", "-n0", "-pno:cacheprovider", "--hypothesis-profile=mutants", "--no-header", "-rN", "--tb=line")


def preload(modules: Iterable[str]) -> None:
    """Import what is not the project's own, once for all forks."""
    for name in modules:
        with suppress(Exception):  # a fork then imports it itself, or does without
            importlib.import_module(name)


def run_pytest(tree: Path, arguments: Sequence[str], *, log: Path, seconds: float, plugins: Sequence[object] = ()) -> int:
    """Run pytest in `tree` and return its exit code, or TIMED_OUT. The log is overwritten."""
    child = os.fork()
    if child == 0:
        _pytest(tree, arguments, log, plugins)
    end = time.monotonic() + seconds
    status = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended or time.monotonic() >= end:
            break
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what a test started may still run
    if not ended:
        os.waitpid(child, 0)
        return TIMED_OUT
    return os.waitstatus_to_exitcode(status)


def _pytest(tree: Path, arguments: Sequence[str], log: Path, plugins: Sequence[object]) -> None:
    """Never returns."""
    code = 70
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.path[:0] = [str(tree / name) for name in PATHS]
        sys.dont_write_bytecode = True
        import pytest

        code = int(pytest.main([*OPTIONS, f"--rootdir={tree}", *arguments], plugins=list(plugins)))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)

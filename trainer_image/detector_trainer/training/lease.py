"""The lease on a model directory: a file that `train` renews while it trains, and `preflight` asks for before a training starts.

Two trainers in one directory overwrite each other's checkpoints. A lock of the kernel cannot tell: some network file systems
keep it to one node, some refuse it. A lease asks for no more than a checkpoint does, that files can be written and read.

It is held by whoever renews it. As in the leader election of Kubernetes, no clocks of two machines are compared: one who finds a
lease waits whether it changes. A trainer that was killed renews no more: its successor goes on after ABANDONED_AFTER seconds,
less those that have passed since by the file system's own clock. A trainer that ends by itself removes its lease.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from detector_trainer.contract.findings import Contract

RENEWED_EVERY = 5.0  # seconds
ABANDONED_AFTER = 20.0
"""Seconds: three renewals may be late, because the storage is slow or Python is busy."""
LOOK_EVERY = 0.5
RELEASE_TIMEOUT = 2.0
"""Seconds that the end of a training waits for the storage to remove the file."""


class Holder(Contract):
    """What stands in the file."""

    host: str
    """In a pod, the pod's name."""
    time: float
    """Of the last renewal, by the holder's clock; only to make the file change, and for people."""


def lease_file(model_dir: str) -> Path:
    """Where the lease on a model directory is."""
    return Path(model_dir.removeprefix("file://"), ".detector-training", "lease.json")


class Lease:
    """The lease of this process, kept by a thread of its own: storage that hangs holds up neither the training nor its end."""

    def __init__(self, model_dir: str, *, renewed_every: float = RENEWED_EVERY) -> None:
        self._file = lease_file(model_dir)
        self._renewed_every = renewed_every
        self._released = threading.Event()
        self._keeper: threading.Thread | None = None

    def hold(self) -> None:
        """From now on it is renewed. Storage that refuses is told on stderr, and no reason not to train."""
        self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._keeper.start()

    def release(self) -> None:
        """Removes it, if it was held. Can be called from any thread."""
        self._released.set()
        if self._keeper is not None:
            self._keeper.join(RELEASE_TIMEOUT)

    def _keep(self) -> None:
        told = False
        while True:
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                _renew(self._file)
            except OSError as error:
                if not told:
                    sys.stderr.write(f"detector-training: cannot write the lease {self._file}: {error.strerror}\n")
                told = True
            if self._released.wait(self._renewed_every):
                break
        try:
            self._file.unlink(missing_ok=True)
        except OSError:
            return  # it is abandoned soon


def claim(
    model_dir: str, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
) -> str | None:
    """Takes the lease for the training that follows; the host that holds it, if another does.

    Waits only where a lease was left behind a moment ago.

    Raises:
        OSError: the file cannot be read or written.
    """
    file = lease_file(model_dir)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x") as made:  # of two that start together, one makes it
            made.write(_present())
        return None
    except FileExistsError:
        holder = _living_holder(file, clock, sleep)
    if holder is None:
        _renew(file)
    return holder


def _living_holder(file: Path, clock: Callable[[], float], sleep: Callable[[float], object]) -> str | None:
    """The host that renews a lease; None if nobody does, or it is released meanwhile."""
    try:
        first = file.read_bytes()
        end = clock() + ABANDONED_AFTER - _age(file)
        while clock() < end:
            sleep(LOOK_EVERY)
            if (now := file.read_bytes()) != first:
                return _host(now)
    except FileNotFoundError:
        return None
    return None


def _age(file: Path) -> float:
    """Seconds since a file was written, by the clock that gives the files of its file system their times."""
    with tempfile.TemporaryFile(dir=file.parent) as now:
        now.write(b"now")
        now.flush()
        return max(0.0, os.fstat(now.fileno()).st_mtime - file.stat().st_mtime)


def _renew(file: Path) -> None:
    """In one step: who reads it meanwhile reads one of the two."""
    new = file.with_suffix(".new")
    new.write_text(_present())
    new.replace(file)


def _present() -> str:
    return Holder(host=socket.gethostname(), time=time.time()).model_dump_json(by_alias=True)


def _host(content: bytes) -> str:
    try:
        return Holder.model_validate_json(content).host
    except ValueError:  # of another version, or damaged
        return "another host"

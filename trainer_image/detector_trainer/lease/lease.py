"""The lease on a model directory: a file that `train` renews while it trains, and `preflight` claims before a training starts.

Two trainers in one directory overwrite each other's checkpoints. A kernel lock cannot prevent that: some network file systems
keep it to one node, some refuse it. A lease requires no more than a checkpoint does, that files can be written and read.

**Holder.** The process that renews the lease holds it. As in the leader election of Kubernetes, the clocks of two machines are
never compared: a claimer watches whether the content changes. A lease that did not change for ABANDONED_AFTER seconds belongs
to a trainer that was killed, and can be taken over. A trainer that ends by itself removes its lease.

**Takeover.** All claimers of an abandoned lease know its content, which is unique. Each tries to create a file whose name
follows from that content; storage lets one of them succeed, and only that one continues: it moves the lease away, and puts it
back if its holder was alive after all and had renewed it. A claimer that was killed on the way leaves that file behind; it is
observed like a lease, and then the name of the next one follows from both contents.

**Losing it.** The holder reads the lease before it renews it. If another holder has taken it over, because this process or
its storage was suspended for too long, the lease is left alone and the training ends: it must not write there any more.
The training does not end because something is unknown: a lease that is missing, damaged or unreadable is written again.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast
from uuid import uuid4

from detector_trainer.contract.findings import Contract
from detector_trainer.lease.lease_directory import LeaseDirectory

RENEWED_EVERY = 5.0  # seconds
ABANDONED_AFTER = 20.0
"""Seconds: three renewals may be late, because the storage is slow or Python is busy."""
OBSERVED_AT_LEAST = 7.0
"""Seconds that a claimer observes even a lease whose file is old: on CephFS, Lustre and Gluster each client gives files the
time of its own clock, which may be wrong. A holder renews within this time."""
LOOK_EVERY = 0.5
LONGEST_LOOK = 2 * LOOK_EVERY
"""Seconds that count between two looks. Storage that hangs shows no renewal: its holder waits for it, too."""
LOOKS_FOR_A_NAME = 4
RELEASE_TIMEOUT = 2.0
"""Seconds that the end of a training waits for the storage to remove the file."""
SETTLE_TIMEOUT = 2 * ABANDONED_AFTER
"""Seconds that a training waits for its lease before it starts without one."""

NAME = "lease.json"

T = TypeVar("T")


class Holder(Contract):
    """The content of the file."""

    host: str
    """In a pod, the name of the pod."""
    time: float
    """Of the last renewal, by the holder's clock; only to make the file change, and for people."""
    id: str = ""
    """Of the process that holds it; empty if an earlier version wrote it."""
    pod: str = ""
    """Distinguishes pods and machines of the same name; equal in all containers of a pod."""
    pid: int | None = None
    claimed: bool = False
    """By `preflight`, for the training that follows in the same pod."""


def lease_file(model_dir: str) -> Path:
    """Return the path of the lease on a model directory."""
    return Path(model_dir.removeprefix("file://"), ".detector-training", NAME)


class Lease:
    """The lease of this process, kept by a thread of its own: storage that hangs delays neither the training nor its end.

    Args:
        model_dir: the model directory.
        on_lost: called once, from that thread, with the name of another holder. Whatever it does, this lease is over.
        renewed_every: seconds between renewals.
    """

    def __init__(
        self,
        model_dir: str,
        *,
        on_lost: Callable[[str], object] = lambda _: None,
        renewed_every: float = RENEWED_EVERY,
    ) -> None:
        self._file = lease_file(model_dir)
        self._files = _LeaseFiles(LeaseDirectory(self._file.parent), sleep=self._sleep)
        self._on_lost = on_lost
        self._renewed_every = renewed_every
        self._held = False
        self._lost_to: str | None = None
        self._settled = threading.Event()
        self._released = threading.Event()
        self._keeper: threading.Thread | None = None

    def hold(self) -> None:
        """Acquire the lease and renew it from now on. If the storage refuses, that is only reported on stderr."""
        self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._keeper.start()

    def settle(self, timeout: float = SETTLE_TIMEOUT) -> None:
        """Wait until the lease is acquired, or was refused by the storage."""
        self._settled.wait(timeout)

    def release(self) -> None:
        """Remove the lease if this process holds it. Can be called from any thread."""
        self._released.set()
        if self._keeper is not None and self._keeper is not threading.current_thread():
            self._keeper.join(RELEASE_TIMEOUT)

    def other_holder(self) -> str | None:
        """Read the lease and return the name of another holder; None if it is ours, or not known to be another's."""
        if self._lost_to is not None or not self._held:
            return self._lost_to
        try:
            holder = _parse(self._files.read())
        except OSError:
            return None
        return self._files.name_of(holder) if holder is not None and not self._files.is_ours(holder) else None

    def _keep(self) -> None:
        try:
            while not self._released.is_set():
                self._lost_to = self._acquired_or_renewed()
                if self._lost_to is not None:
                    self._on_lost(self._lost_to)
                    return
                self._settled.set()
                self._released.wait(self._renewed_every)
            if self._held and self.other_holder() is None:
                self._files.remove()
        except (_Released, OSError):
            return  # a lease that is not removed is abandoned soon
        finally:
            self._settled.set()

    def _acquired_or_renewed(self) -> str | None:
        """Acquire the lease, or renew it once it is held; returns the name of another holder."""
        try:
            if self._held:
                return self._files.renew()
            other = self._files.acquire(inherits=True)
            self._held = other is None
        except OSError as error:
            self._report(error)
            return None
        return other

    def _report(self, error: OSError) -> None:
        if not self._files.reported:
            sys.stderr.write(f"detector-training: cannot write the lease {self._file}: {error.strerror}\n")
        self._files.reported = True

    def _sleep(self, seconds: float) -> None:
        if self._released.wait(seconds):
            raise _Released


class _Released(Exception):
    """The lease was released while it was being acquired."""


def claim(
    model_dir: str, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
) -> str | None:
    """Claim the lease for the training that follows in this pod. Returns the name of the holder if another holds it.

    Waits only where a lease was left behind.

    Raises:
        OSError: the file cannot be read or written.
    """
    files = _LeaseFiles(LeaseDirectory(lease_file(model_dir).parent), claimed=True, clock=clock, sleep=sleep)
    return files.acquire()


@dataclass
class _LeaseFiles:
    """One process and the files of a lease."""

    directory: LeaseDirectory
    claimed: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    id: str = field(default_factory=lambda: uuid4().hex)
    reported: bool = False
    _damaged: bytes | None = None
    """Content that the last renewal could not parse."""

    def read(self) -> bytes | None:
        return self.directory.read(NAME)

    def remove(self) -> None:
        self.directory.remove(NAME)

    def acquire(self, *, inherits: bool = False) -> str | None:
        """Create the lease, or take over an abandoned one; returns the name of another holder.

        Args:
            inherits: do not observe what `preflight` claimed in this pod, or this process before storage failed.

        Raises:
            OSError: the file cannot be read or written.
        """
        self.directory.make()
        first = found = self.read()
        while True:
            if found is None:
                if first is not None:  # released, or another claimer has just moved it away
                    self.sleep(LONGEST_LOOK)
                if self.directory.create(NAME, self._content()):
                    return None
                self.sleep(LOOK_EVERY)
            elif found != first:
                return self._name(found)  # its holder is alive, or another claimer was faster
            else:
                if not (inherits and self._is_inherited(found)):
                    now = self._observed(self.read, cast("bytes | None", first), self._seconds_to_observe())
                    if now != first:
                        found = now
                        continue
                if self._taken_over(found):
                    return None
            found = self.read()

    def renew(self) -> str | None:
        """Write the lease again, unless another holds it; returns the name of that holder.

        Raises:
            OSError: the file cannot be read or written.
        """
        found = self.read()
        if found is None:
            # If it was created since, the next renewal will see by whom.
            self.directory.make()
            self.directory.create(NAME, self._content())
            return None
        holder = _parse(found)
        if holder is None and found != self._damaged:
            self._damaged = found  # or another writes it at this moment: decided at the next renewal
            return None
        if holder is not None and not self.is_ours(holder):
            return self.name_of(holder)
        self._damaged = None
        self.directory.replace(NAME, self._content())
        return None

    def is_ours(self, holder: Holder) -> bool:
        """Tell whether this process wrote it."""
        return holder.id == self.id

    def name_of(self, holder: Holder) -> str:
        """Return the name of a holder: the host, and on this very host the process."""
        here = holder.pod != "" and (holder.host, holder.pod) == (socket.gethostname(), this_pod())
        return f"{holder.host} (process {holder.pid})" if here and holder.pid is not None else holder.host

    def _taken_over(self, abandoned: bytes) -> bool:
        """Replace an abandoned lease; False if it is not there any more, or another claimer was faster."""
        key, marks = abandoned, list[str]()
        while True:
            marks.append(_mark(key))
            if self.directory.create(marks[-1], self._content()):
                break
            both = self.read(), self.directory.read(marks[-1])
            if both[0] != abandoned or both[1] is None or self._observed(self._lease_and(marks[-1]), both) != both:
                return False
            key += b"\0" + both[1]  # its claimer was killed, perhaps before it had written anything
        try:
            return self._replaced(abandoned)
        finally:
            if self.read() == abandoned:
                self.directory.remove(marks[-1])
            else:  # a claimer that creates one of them from now on sees that the lease has changed
                for mark in marks:
                    self.directory.remove(mark)

    def _replaced(self, abandoned: bytes) -> bool:
        """Replace an abandoned lease; no other claimer of it does this at the same time."""
        if self.read() != abandoned or (away := self.directory.move_away(NAME)) is None:
            return False
        try:
            moved = self.directory.read(away)
            if moved == abandoned:
                return self.directory.create(NAME, self._content())
            self.directory.create(NAME, moved or b"")  # its holder is alive: put it back
            return False
        finally:
            self.directory.remove(away)

    def _lease_and(self, mark: str) -> Callable[[], tuple[bytes | None, bytes | None]]:
        return lambda: (self.read(), self.directory.read(mark))

    def _observed(self, look: Callable[[], T], first: T, seconds: float = ABANDONED_AFTER) -> T:
        """Look until it changes, or for so long; returns what was seen last."""
        unchanged, looked_at = 0.0, self.clock()
        while unchanged < seconds:
            self.sleep(LOOK_EVERY)
            if (now := look()) != first:
                return now
            before, looked_at = looked_at, self.clock()
            unchanged += min(looked_at - before, LONGEST_LOOK)
        return first

    def _seconds_to_observe(self) -> float:
        try:
            return max(OBSERVED_AT_LEAST, ABANDONED_AFTER - self.directory.age(NAME))
        except OSError:  # cannot be written at present, or released meanwhile: the first look sees it
            return ABANDONED_AFTER

    def _is_inherited(self, content: bytes) -> bool:
        holder = _parse(content)
        if holder is None:
            return False
        return self.is_ours(holder) or (holder.claimed and (holder.host, holder.pod) == (socket.gethostname(), this_pod()))

    def _name(self, content: bytes) -> str:
        """Return the name of the holder that wrote the content."""
        holder = _parse(content)
        for _ in range(LOOKS_FOR_A_NAME):
            if holder is not None:
                return self.name_of(holder)
            self.sleep(LOOK_EVERY)  # it may be incomplete as yet
            holder = _parse(self.read())
        return "another host"  # of another version, or damaged

    def _content(self) -> bytes:
        holder = Holder(
            host=socket.gethostname(), time=time.time(), id=self.id, pod=this_pod(), pid=os.getpid(), claimed=self.claimed
        )
        return holder.model_dump_json(by_alias=True).encode()


def this_pod() -> str:
    """Return what all containers of this pod have in common, and no other pod or machine has.

    Two pods on the network of their node have its name, and their own IPC namespace. The number of a namespace is unique on
    a running machine, and its boot on all machines.
    """
    return "/".join(_found(read) for read in (_boot, lambda: _namespace("ipc"), lambda: _namespace("net")))


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _namespace(kind: str) -> str:
    return str(Path(f"/proc/self/ns/{kind}").readlink())


def _found(read: Callable[[], str]) -> str:
    try:
        return read()
    except (OSError, ValueError):  # a sandbox may have no such file; the name of the pod remains
        return ""


def _mark(key: bytes) -> str:
    """Return the name of the file that the successor of a lease of this content creates."""
    return f"{NAME}.{hashlib.sha256(key).hexdigest()[:32]}.next"


def _parse(content: bytes | None) -> Holder | None:
    try:
        return Holder.model_validate_json(content) if content is not None else None
    except ValueError:
        return None

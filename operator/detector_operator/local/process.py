"""Processes of runs: each in its own group, so that a Ctrl-C of the terminal reaches only the driver."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessId:
    """A process, told from a later one that was given the same number."""

    pid: int
    started: str
    """Boot of the machine, and its clock ticks when the process started."""

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """The identity of a living process; None if there is none, or only its remains."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        # The command's name, in brackets, may hold spaces: the fields after it begin behind the last bracket.
        fields = stat.rpartition(")")[2].split()
        state, start = fields[0], fields[19]
        return None if state in ("Z", "X") else cls(pid, f"{boot}/{start}")

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return ProcessId.of(self.pid) == self

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the process and all that it started, if it is still there."""
        if self.alive:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return


class Child:
    """A process that this one has started and waits for."""

    def __init__(self, argv: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Starts it. All that it prints goes to the log.

        Raises:
            OSError: the program is not there, or the log cannot be written.
        """
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
        self.id = ProcessId.of(self._process.pid) or ProcessId(self._process.pid, "ended at once")

    def poll(self) -> int | None:
        """Exit code, or minus the signal's number; None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the process and all that it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)

    def kill_rest(self) -> None:
        """Ends what the process has started and left behind in its group."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

"""Start and signal the processes of runs: each in its own group, so that Ctrl-C in the terminal reaches only the driver."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessId:
    """Identify a process, also against a later one that reuses its number."""

    pid: int
    started: str
    """Boot ID of the machine, and clock ticks at the start of the process."""

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """Return the identity of a running process; None if it does not exist or is a zombie."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        # The command name, in parentheses, may contain spaces: the other fields follow the last parenthesis.
        fields = stat.rpartition(")")[2].split()
        state, start = fields[0], fields[19]
        return None if state in ("Z", "X") else cls(pid, f"{boot}/{start}")

    @property
    def alive(self) -> bool:
        """Return whether exactly this process is still running."""
        return ProcessId.of(self.pid) == self

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process group, if the process is still running."""
        if self.alive:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return


class Child:
    """Run a child process."""

    def __init__(self, argv: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Start the process with its output redirected to the log.

        Raises:
            OSError: the program does not exist, or the log cannot be written.
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
        self.id = ProcessId.of(self._process.pid) or ProcessId(self._process.pid, "already ended")

    def poll(self) -> int | None:
        """Return the exit code, or minus the number of the signal; None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process group."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)

    def kill_rest(self) -> None:
        """Kill processes that the child left in its group."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

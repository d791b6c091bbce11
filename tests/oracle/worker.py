"""The process that holds the trainer: `python -m oracle.worker`. Reads a case a line from stdin, writes a verdict a line.

`Worker` is the other end: starts the process, and starts another one after a case that it did not survive.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from oracle.case import Case, Written
from oracle.verdict import FAILS, Trainer

TIME_LIMIT = 180.0
"""Seconds for one case. What takes longer waits forever."""
START_LIMIT = 300.0
MEMORY = 8 << 30
"""Bytes a case may take."""


class Worker:
    """A trainer that is warm. `start` waits for it, `judge` asks it."""

    def __init__(self, *, log: Path | None = None) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._log = log
        self.started = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def begin(self, case: Case, written: Written) -> None:
        """Hands over a case."""
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        request = {"folder": str(written.folder), "parts": sorted(case.parts), "steps": written.steps}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()

    def end(self, time_limit: float = TIME_LIMIT) -> Trainer:
        """The verdict on it."""
        answer = self._line(time_limit)
        if answer is None:
            self.close()
            return Trainer(FAILS, "read records", "TimeoutError: waits for ever")  # vocabulary: quoted
        if not answer:
            self.close()
            return Trainer(FAILS, "train", "the process died")
        return Trainer(**json.loads(answer))

    def judge(self, case: Case, written: Written, time_limit: float = TIME_LIMIT) -> Trainer:
        """What the trainer does with a case."""
        self.begin(case, written)
        return self.end(time_limit)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process = None

    def _start(self) -> None:
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        with Path(self._log or os.devnull).open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "oracle.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        self.started += 1
        if not self._line(START_LIMIT):
            self.close()
            raise RuntimeError("the trainer does not start")

    def _line(self, time_limit: float) -> bytes | None:
        """The next line; empty if it ended, None if it takes too long. It writes a line at a time."""
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], time_limit)
        return self._process.stdout.readline() if ready else None


def main() -> None:
    """The process itself."""
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the trainer prints is not a verdict

    def say(thing: dict[str, Any]) -> None:
        lines.write(json.dumps(thing) + "\n")

    from oracle.trainer import Oracle

    oracle = Oracle()
    say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        verdict = oracle.judge(Path(request["folder"]), set(request["parts"]), request["steps"])
        say(verdict.to_json())


if __name__ == "__main__":
    main()

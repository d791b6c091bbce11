"""Stand-ins for `validate` and `train` that keep the same contract, in milliseconds: real processes, without TensorFlow.

`commands(validate=[...], train=[...])` gives the driver the behaviours of the first, second, … run of each kind; the last one
stays. Run as a program, this file is such a process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a fake imports nothing of this
    from collections.abc import Iterable
    from typing import NoReturn

    from detector_operator.api import Spec
    from detector_operator.local.commands import Commands
    from detector_operator.local.run_layout import RunLayout
    from detector_operator.reconcile.runs import RunKind

PASS = {"verdict": "pass", "findings": [], "stats": {"records": 10, "images": 10, "boxes": 12}, "durationSeconds": 0.1}
WARN = {
    **PASS,
    "findings": [
        {
            "code": "records/class-imbalance",
            "severity": "warning",
            "message": "1 of 12 boxes is a cat.",
            "hint": "Add images of cats.",
            "where": {"file": "pets.record"},
            "count": 1,
        }
    ],
}
REJECT = {
    "verdict": "reject",
    "findings": [
        {
            "code": "label-map/reserved-id",
            "severity": "error",
            "message": "Item 'cat' has id 0, which is the background's.",
            "hint": "Number the items from 1.",
            "where": {"file": "labels.pbtxt", "line": 2},
            "count": 1,
        }
    ],
    "stats": {},
    "durationSeconds": 0.1,
}


def commands(validate: Iterable[str] = ("pass",), train: Iterable[str] = ("succeed",)) -> Commands:
    """Command lines of fakes. Which behaviour it is depends on how many of its kind were started before."""
    started = {"validate": 0, "train": 0}
    plans = {"validate": tuple(validate), "train": tuple(train)}

    def command(kind: RunKind, attempt: int, spec: Spec, layout: RunLayout) -> list[str]:
        behaviour = plans[kind][min(started[kind], len(plans[kind]) - 1)]
        started[kind] += 1
        output = layout.report(attempt) if kind == "validate" else layout.termination_message(kind, attempt)
        return [sys.executable, "-S", __file__, kind, behaviour, spec.model_dir, str(spec.num_steps), str(output)]

    return command


def main(kind: str, behaviour: str, model_dir: str, num_steps: str, output: str) -> int:
    """One run."""
    if kind == "validate":
        return validate(behaviour, Path(output))
    return Train(Path(model_dir), int(num_steps), Path(output)).run(behaviour)


def validate(behaviour: str, output: Path) -> int:
    match behaviour:
        case "pass":
            output.write_text(json.dumps(PASS))
            return 0
        case "warn":
            output.write_text(json.dumps(WARN))
            return 0
        case "reject":
            output.write_text(json.dumps(REJECT))
            return 1
        case "break":
            print("Something is wrong with the validator.")  # noqa: T201
            return 2
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            forever()
    raise AssertionError(behaviour)


class Train:
    """A training that completes its steps immediately and remembers the last one in a file."""

    def __init__(self, model_dir: Path, num_steps: int, output: Path) -> None:
        self.saved, self.num_steps, self.output = model_dir / "saved-step", num_steps, output
        self.step = int(self.saved.read_text()) if self.saved.exists() else 0

    def run(self, behaviour: str) -> int:
        print("A line of the log.", flush=True)  # noqa: T201
        match behaviour:
            case "succeed":
                return self.succeed()
            case "stop-when-asked":
                return self.stop_when_asked()
            case "hang":
                forever()
            case "ignore-sigterm":
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                self.progress(1)
                forever()
            case "killed":
                self.progress(self.num_steps // 2)
                os.kill(os.getpid(), signal.SIGKILL)
            case "bad-data":
                return self.end(65, "DataError", "Record 3 of pets.record cannot be decoded.", "Write it again.")
            case "storage":
                self.progress(self.num_steps // 2)
                return self.end(74, "StorageError", "Cannot write the checkpoint: no space left.", "Free some space.")
            case "crash-without-words":
                print("RuntimeError: nobody knows this one", flush=True)  # noqa: T201
                return 70
            case "oversized-message":
                self.output.write_text(json.dumps({"reason": "Unclassified", "message": "x" * 10_000_000}))
                return 70
            case "long-line":
                sys.stdout.write("y" * 3_000_000 + "\n")
                return self.succeed()
        raise AssertionError(behaviour)

    def progress(self, step: int) -> None:
        self.step = step
        self.saved.write_text(str(step))
        line = {"step": step, "totalSteps": self.num_steps, "loss": 1.5, "stepsPerSecond": 4.0, "lastCheckpointStep": step}
        print("detector-training: " + json.dumps({**line, "time": time.time()}), flush=True)  # noqa: T201

    def succeed(self) -> int:
        if self.step >= self.num_steps:
            return self.end(0, "AlreadyComplete", f"Step {self.step} was reached before.", "")
        self.progress(self.num_steps)
        return self.end(0, "Completed", f"Trained to step {self.step}.", "")

    def stop_when_asked(self) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        self.progress(max(1, self.num_steps // 2))
        signal.sigwait([signal.SIGTERM])
        return self.end(75, "Stopped", f"Stopped at step {self.step}.", "")

    def end(self, code: int, reason: str, message: str, hint: str) -> int:
        words = {"reason": reason, "message": message, "hint": hint, "step": self.step, "lastCheckpointStep": self.step}
        self.output.write_text(json.dumps(words))
        return code


def forever() -> NoReturn:
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

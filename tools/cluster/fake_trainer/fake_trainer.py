#!/opt/detector-training/bin/python
"""The command detector-training with a `train` that takes no time and fails on demand; every other verb is the real one.

It speaks the real contract: progress lines, termination message, exit codes, a checkpoint in the model directory that it resumes.
Environment variables of the trainer's container control it:

FAKE_STEP_SECONDS   how long a step takes; default 0.02
FAKE_AT_STEP        the step at which it does what FAKE_END defines; default 3
FAKE_ONCE           does it, or waits, in the first run only: the next one trains to the end.
FAKE_END            exit:CODE:REASON   ends with that code and a message with that reason
                    crash              ends with 70 and a traceback in its log, without a message
                    silent:CODE        ends with that code, without a message or a word
                    segfault           ends by SIGSEGV
                    oom                takes memory until it is killed
                    hang               takes no further step
                    oversized          ends with 70 and a message of 10,000 bytes
                    broken             ends with 70 and a message that is not JSON
                    no-checkpoint      ends with 75 without having saved
FAKE_WAITS_FOR      at FAKE_AT_STEP it waits until a file of this name is in the model directory, or it is asked to stop
FAKE_IGNORES_SIGTERM  continues until it is killed
FAKE_DIARY          a file in the model directory: each run writes there whether it is alone, or another one is at work too
FAKE_GPUS           the real `preflight` finds enough GPUs, on a node that has none
FAKE_PREFLIGHT_WAITS_FOR  before it starts, the real `preflight` waits until a file of this name is in the model directory
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from detector_trainer.cli import main
from detector_trainer.contract import ExitCode, Progress, TerminationMessage, reasons
from detector_trainer.lease.lease import Lease
from detector_trainer.preflight import gpus_visible
from detector_trainer.training.flags import TrainFlags, parse

SAVE_EVERY = 5


class FakeTraining:
    """One run."""

    def __init__(self, flags: TrainFlags) -> None:
        self._flags = flags
        self._checkpoint = Path(flags.model_dir, "fake-checkpoint")
        self._first_run = Path(flags.model_dir, "fake-first-run")
        self._total = int(flags.upstream.get("num_train_steps", 20))
        self._stop_asked = False
        self._end = os.environ.get("FAKE_END", "")
        self._at = int(os.environ.get("FAKE_AT_STEP", "3"))
        self.step = self.saved = int(self._checkpoint.read_text()) if self._checkpoint.exists() else 0

    def run(self) -> int:
        """Trains to the end, or to the configured failure."""
        signal.signal(signal.SIGTERM, self._asked_to_stop)
        if os.environ.get("FAKE_ONCE") and self._first_run.exists():
            self._end, self._at = "", 0
        self._first_run.touch()
        if self.step >= self._total:
            return self._tell(ExitCode.DONE, reasons.ALREADY_COMPLETE, f"Nothing to do: already at step {self.step}.")
        while self.step < self._total:
            time.sleep(float(os.environ.get("FAKE_STEP_SECONDS", "0.02")))
            self.step += 1
            if self.step % SAVE_EVERY == 0:
                self._save()
            self._report()
            if self.step == self._at:
                self._wait_for_its_file()
            if self._end and self.step >= self._at:
                return self._misbehave()
            if self._stop_asked and not os.environ.get("FAKE_IGNORES_SIGTERM"):
                self._save()
                return self._tell(ExitCode.STOPPED, reasons.STOPPED, f"Stopped by SIGTERM at step {self.step} of {self._total}.")
        self._save()
        self._report()
        return self._tell(ExitCode.DONE, reasons.COMPLETED, f"Trained to step {self.step}.")

    def _misbehave(self) -> int:
        what, _, rest = self._end.partition(":")
        if what == "exit":
            code, _, reason = rest.partition(":")
            return self._tell(int(code), reason, f"It was configured to end at step {self.step}.")
        if what == "silent":
            return int(rest)
        if what == "crash":
            raise RuntimeError(f"nobody has seen this before, at step {self.step}")
        if what == "segfault":  # a signal that it sends itself does nothing to the first process of a container
            ctypes.string_at(0)
        if what == "oom":
            hoard = []
            while True:
                hoard.append(bytearray(1 << 24))
        if what == "hang":
            self._wait_for_ever()
        if what == "oversized":
            self._write(b"{" + b"x" * 10_000)
            return int(ExitCode.CRASH)
        if what == "broken":
            self._write(b"{not JSON")
            return int(ExitCode.CRASH)
        if what == "no-checkpoint":
            return self._tell(ExitCode.STOPPED, reasons.STOPPED, "The step did not end within the grace period.")
        raise SystemExit(f"FAKE_END={self._end} is not known")

    def _wait_for_its_file(self) -> None:
        name = os.environ.get("FAKE_WAITS_FOR")
        while name and not self._checkpoint.with_name(name).exists() and not self._stop_asked:
            time.sleep(0.05)

    def _wait_for_ever(self) -> NoReturn:
        while True:
            if self._stop_asked and not os.environ.get("FAKE_IGNORES_SIGTERM"):
                raise SystemExit(self._tell(ExitCode.STOPPED, reasons.STOPPED, f"Stopped by SIGTERM at step {self.step}."))
            time.sleep(0.1)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked = True

    def _save(self) -> None:
        self._checkpoint.write_text(str(self.step))
        self.saved = self.step

    def _report(self) -> None:
        progress = Progress(
            step=self.step,
            total_steps=self._total,
            loss=round(1 / self.step, 4),
            learning_rate=0.01,
            steps_per_second=50.0,
            images_per_second=100.0,
            last_checkpoint_step=self.saved or None,
            last_checkpoint=str(self._checkpoint) if self.saved else None,
            time=round(time.time(), 3),
        )
        print(progress.to_line(), flush=True)

    def _tell(self, code: int, reason: str, message: str) -> int:
        text = TerminationMessage(
            reason=reason,
            message=message,
            hint="Tell it to end otherwise." if code else "",
            step=self.step or None,
            last_checkpoint=str(self._checkpoint) if self.saved else None,
            last_checkpoint_step=self.saved or None,
        )
        self._write(text.to_bytes())
        return int(code)

    def _write(self, data: bytes) -> None:
        if self._flags.termination_message_path:
            Path(self._flags.termination_message_path).write_bytes(data)


def train(argv: list[str]) -> int:
    """Run the fake training; like the real one, it holds the lease on its model directory meanwhile."""
    flags = parse(argv)
    diary = write_diary(flags)  # noqa: F841 - its lock lasts as long as it is open
    lease = Lease(flags.model_dir)
    lease.hold()
    lease.settle()
    try:
        return FakeTraining(flags).run()
    finally:
        lease.release()


def write_diary(flags: TrainFlags) -> IO[str] | None:
    """Write whether this run is alone in its model directory. The kernel releases the lock when the process ends."""
    name = os.environ.get("FAKE_DIARY")
    if not name:
        return None
    diary = Path(flags.model_dir, name).open("a")  # noqa: SIM115
    try:
        fcntl.flock(diary, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = "alone"
    except BlockingIOError:
        found = "beside another one"
    diary.write(f"{time.time():.3f} {os.environ.get('HOSTNAME', '')} {found}\n")
    diary.flush()
    return diary


def prepare_preflight(argv: list[str]) -> None:
    """Run `preflight`, which is the real one, after what the environment configures."""
    if os.environ.get("FAKE_GPUS"):
        gpus_visible.check = lambda _pod: None  # type: ignore[assignment]
    if name := os.environ.get("FAKE_PREFLIGHT_WAITS_FOR"):
        model_dir = next(argument.partition("=")[2] for argument in argv if argument.startswith("--model-dir="))
        file = Path(model_dir, name)
        while not file.exists():
            time.sleep(0.05)


if __name__ == "__main__":
    verb, arguments = sys.argv[1:2], sys.argv[2:]
    if verb == ["train"]:
        sys.exit(train(arguments))
    if verb == ["preflight"]:
        prepare_preflight(arguments)
    sys.exit(main())

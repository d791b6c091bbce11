"""Validate and train a training.yaml on this machine, without a cluster.

Paths are relative to the current directory. Ctrl-C saves a checkpoint and stops; the same command resumes from there. A second
Ctrl-C kills. Exit codes: 0 succeeded, 1 rejected or failed, 2 invalid training.yaml, 75 stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

from rich.console import Console

from detector_operator.api import DetectorTraining, Phase, TrainingStatus
from detector_operator.api.load import InvalidTrainingFile, load
from detector_operator.local.admission import already_complete
from detector_operator.local.commands import Commands, trainer_commands
from detector_operator.local.describe import describe
from detector_operator.local.display import LiveDisplay, PlainDisplay
from detector_operator.local.driver import Driver, utc_now
from detector_operator.local.lock import Locked, locked
from detector_operator.local.run_layout import RunLayout
from detector_operator.local.status_file import StatusFile
from detector_operator.local.stored_run import read_all
from detector_operator.local.unsupported_fields import unsupported_fields
from detector_operator.reconcile.context import Backoff

SUCCEEDED, FAILED, USAGE, STOPPED = 0, 1, 2, 75

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: list[str], *, commands: Commands = trainer_commands, backoff: Backoff = Backoff()) -> int:  # noqa: B008
    """Run a training to its end. `commands` and `backoff` are for tests."""
    arguments = _parser().parse_args(argv)
    try:
        given = load(arguments.file)
    except InvalidTrainingFile as error:
        return _fail(str(error), USAGE)
    if problems := unsupported_fields(given.spec):
        return _fail("\n".join(f"{arguments.file}: {problem}" for problem in problems), USAGE)
    layout = RunLayout.of(given.spec.model_dir, arguments.status_file)
    try:
        layout.create_directories()
        with locked(layout.lock):
            return _run(given, layout, live=sys.stdout.isatty() and not arguments.no_live, commands=commands, backoff=backoff)
    except Locked as other:
        by = f" (process {other.pid})" if other.pid is not None else ""
        return _fail(f"{layout.model_dir} is in use by another `detector-training run`{by}.", USAGE)
    except OSError as error:
        return _fail(f"{error.filename or layout.model_dir}: {error.strerror or error}.", FAILED)


def _parser() -> argparse.ArgumentParser:
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="detector-training run", description=summary, epilog=rest)
    parser.add_argument("-f", "--file", required=True, metavar="FILE", help="training.yaml to run")
    parser.add_argument(
        "--status-file", metavar="FILE", help="file for the resource with its status (default: status.yaml in spec.modelDir)"
    )
    parser.add_argument("--no-live", action="store_true", help="print plain lines, also on a terminal")
    return parser


def _run(given: DetectorTraining, layout: RunLayout, *, live: bool, commands: Commands, backoff: Backoff) -> int:
    stored = StatusFile(layout.status_file).read()
    # A status file in another directory does not prove that the model directory still exists.
    if already_complete(given, stored) and read_all(layout):
        where = f"its checkpoints are in {layout.model_dir}, its status in {layout.status_file}"
        sys.stdout.write(f"{given.metadata.name}: nothing to do. {_headline(stored)} {where[0].upper()}{where[1:]}.\n")
        return SUCCEEDED
    console = Console()
    with LiveDisplay(console) if live else nullcontext(PlainDisplay(sys.stdout)) as display:
        driver = Driver(given, layout, display, commands=commands, backoff=backoff)
        with _stopping(driver):
            resource = driver.run()
    sys.stdout.write("\n" + describe(resource, driver.event_file.events, utc_now()))
    return _exit_code(resource)


def _headline(resource: DetectorTraining | None) -> str:
    training = resource.status.training if resource is not None and resource.status is not None else None
    return f"It has succeeded, at step {training.progress}." if training and training.progress else "It has succeeded."


def _exit_code(resource: DetectorTraining) -> int:
    status = resource.status
    assert status is not None
    if status.phase is Phase.SUSPENDED:
        sys.stdout.write(f"\n{_stopped(status.training or TrainingStatus())}\n")
        return STOPPED
    return SUCCEEDED if status.phase is Phase.SUCCEEDED else FAILED


def _stopped(training: TrainingStatus) -> str:
    if training.last_checkpoint_step is None:
        return "Stopped; run the same command to start again."
    return f"Stopped; run the same command to resume at step {training.last_checkpoint_step}."


@contextmanager
def _stopping(driver: Driver) -> Iterator[None]:
    """Stop the driver gracefully on termination signals. Signals that are ignored (nohup) stay ignored."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        driver.stop()

    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number, former in before.items():
        if former is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _fail(text: str, code: int) -> int:
    sys.stderr.write(text + "\n")
    return code

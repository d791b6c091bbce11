"""Validate and train on this machine what a training.yaml asks for: the whole job with no cluster.

Paths are relative to the current directory. Ctrl-C stops safely, with a checkpoint; the same command goes on from there. A second
Ctrl-C kills. Exit code: 0 succeeded, 1 rejected or failed, 2 the training.yaml is wrong, 75 stopped.
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
from detector_operator.api.load import NotATraining, load
from detector_operator.local.commands import Commands, trainer_commands
from detector_operator.local.describe import describe
from detector_operator.local.display import LiveDisplay, PlainDisplay
from detector_operator.local.driver import Driver, utc_now
from detector_operator.local.lock import Locked, locked
from detector_operator.local.records import read_all
from detector_operator.local.restrictions import problems
from detector_operator.local.status_file import StatusFile
from detector_operator.local.take_over import nothing_to_do
from detector_operator.local.workplace import Workplace
from detector_operator.reconcile.situation import Backoff

SUCCEEDED, FAILED, USAGE, STOPPED = 0, 1, 2, 75

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: list[str], *, commands: Commands = trainer_commands, backoff: Backoff = Backoff()) -> int:  # noqa: B008
    """Runs a training to its end. `commands` and `backoff` are for tests."""
    arguments = _parser().parse_args(argv)
    try:
        given = load(arguments.file)
    except NotATraining as wrong:
        return _say(str(wrong), USAGE)
    if found := problems(given.spec):
        return _say("\n".join(f"{arguments.file}: {problem}" for problem in found), USAGE)
    workplace = Workplace.of(given.spec.model_dir, arguments.status_file)
    try:
        workplace.make()
        with locked(workplace.lock):
            return _run(given, workplace, live=sys.stdout.isatty() and not arguments.no_live, commands=commands, backoff=backoff)
    except Locked as other:
        by = f" (process {other.pid})" if other.pid is not None else ""
        return _say(f"{workplace.model_dir} is in use: another `detector-training run` works there{by}.", USAGE)
    except OSError as error:
        return _say(f"{error.filename or workplace.model_dir}: {error.strerror or error}.", FAILED)


def _parser() -> argparse.ArgumentParser:
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="detector-training run", description=summary, epilog=rest)
    parser.add_argument("-f", "--file", required=True, metavar="FILE", help="the training.yaml")
    parser.add_argument(
        "--status-file", metavar="FILE", help="where the resource with its status is kept (default: status.yaml in spec.modelDir)"
    )
    parser.add_argument("--no-live", action="store_true", help="print lines, also on a terminal")
    return parser


def _run(given: DetectorTraining, workplace: Workplace, *, live: bool, commands: Commands, backoff: Backoff) -> int:
    left = StatusFile(workplace.status_file).read()
    # A status file kept elsewhere says nothing of a model directory that was deleted since.
    if nothing_to_do(given, left) and read_all(workplace):
        where = f"its checkpoints are in {workplace.model_dir}, its status in {workplace.status_file}"
        sys.stdout.write(f"{given.metadata.name}: nothing to do. {_headline(left)} {where[0].upper()}{where[1:]}.\n")
        return SUCCEEDED
    console = Console()
    with LiveDisplay(console) if live else nullcontext(PlainDisplay(sys.stdout)) as display:
        driver = Driver(given, workplace, display, commands=commands, backoff=backoff)
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
    """While it runs, the signals that ask for an end stop it safely. What was ignored (nohup) stays ignored."""

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


def _say(text: str, code: int) -> int:
    sys.stderr.write(text + "\n")
    return code

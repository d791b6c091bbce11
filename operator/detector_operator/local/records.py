"""Runs on disk: what a driver that starts anew has to know of the runs of an earlier one."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from detector_operator.local.atomically import write_text
from detector_operator.local.log_follower import LogFollower
from detector_operator.local.process import ProcessId
from detector_operator.local.workplace import Workplace
from detector_operator.reconcile.runs import LogView, Run, RunKind, RunState
from detector_trainer.contract import ExitCode, Progress, Report, TerminationMessage, ValidationSummary, Verdict, reasons


class Record(BaseModel):
    """One run, as it is kept in a file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: RunKind
    attempt: int
    generation: int
    pid: int
    process_started: str
    start_time: datetime
    end_time: datetime | None = None
    exit_code: int | None = None
    signal: int | None = None
    message: TerminationMessage | None = None
    progress: Progress | None = None
    log_tail: list[str] = []
    stop_reason: str | None = None
    stop_time: datetime | None = None

    @property
    def process(self) -> ProcessId:
        """The process of the run."""
        return ProcessId(self.pid, self.process_started)

    def ended(self, workplace: Workplace, now: datetime, code: int | None, log: LogFollower) -> Record:
        """The record of a run that is over, with all that it left behind.

        Args:
            workplace: where its files are.
            now: when it was seen to be over.
            code: exit code, minus a signal, or None if nobody waited for it.
            log: its log, read to the end.
        """
        message = last_words(self.kind, self.attempt, workplace)
        if code is None:
            code = _code_by_message(self.kind, message)
        killed = code is not None and code < 0
        return self.model_copy(
            update={
                "end_time": now,
                "exit_code": None if killed else code,
                "signal": -code if killed and code is not None else None,
                "message": message,
                "progress": log.progress,
                "log_tail": list(log.tail),
            }
        )

    def run(self, now: datetime, log: LogFollower | None = None, *, proves_verdict: bool = True) -> Run:
        """Return the run as `decide` sees it.

        Args:
            now: when its log was read.
            log: has the progress of a run that is still live.
            proves_verdict: whether this command has started it, after its validation.
        """
        live = self.end_time is None
        return Run(
            kind=self.kind,
            attempt=self.attempt,
            generation=self.generation,
            state=RunState.RUNNING if live else RunState.ENDED,
            exit_code=self.exit_code,
            signal=self.signal,
            message=self.message,
            progress=log.progress if live and log else self.progress,
            log_tail=log.tail if live and log else tuple(self.log_tail),
            log=LogView.of_file(now),
            stop_reason=self.stop_reason,
            stopping=self.stop_reason is not None,
            proves_verdict=proves_verdict,
        )


def last_words(kind: RunKind, attempt: int, workplace: Workplace) -> TerminationMessage | None:
    """The termination message of a run: its file, or, of a validation, its report."""
    return _verdict(workplace.report(attempt)) if kind is RunKind.VALIDATION else _message(workplace, attempt)


def _message(workplace: Workplace, attempt: int) -> TerminationMessage | None:
    try:
        # Whatever the size of the file, no more of it is read than the kubelet would.
        with workplace.termination_message(RunKind.TRAINING, attempt).open("rb") as file:
            return TerminationMessage.model_validate_json(file.read(1 << 12))
    except (OSError, ValidationError):
        return None


def _verdict(path: Path) -> TerminationMessage | None:
    try:
        report = Report.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    passed = report.verdict is Verdict.PASS
    return TerminationMessage(
        reason=reasons.VALIDATION_PASSED if passed else reasons.VALIDATION_REJECTED,
        message="It will train." if passed else f"It will not train: {report.errors} errors.",
        validation=ValidationSummary.of(report, report_path=str(path)),
    )


def _code_by_message(kind: RunKind, message: TerminationMessage | None) -> int | None:
    """The exit code of a run that nobody waited for, as far as its last words tell."""
    if message is None:
        return None
    if kind is RunKind.VALIDATION:
        return 0 if message.reason == reasons.VALIDATION_PASSED else 1
    known = {reasons.COMPLETED: ExitCode.DONE, reasons.ALREADY_COMPLETE: ExitCode.DONE, reasons.STOPPED: ExitCode.STOPPED}
    return known.get(message.reason)


def read_all(workplace: Workplace) -> list[Record]:
    """Every readable record, oldest first."""
    found = []
    for path in workplace.records.glob("*.json"):
        try:
            found.append(Record.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            continue
    return sorted(found, key=lambda record: (record.kind, record.attempt))


def write(record: Record, workplace: Workplace) -> None:
    """Keeps a record.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(record.model_dump(mode="json", exclude_none=True), indent=1)
    write_text(workplace.record(record.kind, record.attempt), text)

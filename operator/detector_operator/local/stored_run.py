"""Store runs on disk: what a new driver has to know about the runs of an earlier one."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from detector_operator.local.atomic_write import write_text
from detector_operator.local.log_follower import LogFollower
from detector_operator.local.process import ProcessId
from detector_operator.local.run_layout import RunLayout
from detector_operator.reconcile.runs import LogView, Run, RunKind, RunState
from detector_trainer.contract import ExitCode, Progress, Report, TerminationMessage, ValidationSummary, Verdict, reasons


class StoredRun(BaseModel):
    """Hold one run as it is stored in a file."""

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
        """Return the identity of its process."""
        return ProcessId(self.pid, self.process_started)

    def ended(self, layout: RunLayout, now: datetime, code: int | None, log: LogFollower) -> StoredRun:
        """Return the run with its end, and the files that it left.

        Args:
            layout: where its files are.
            now: when its end was observed.
            code: exit code, or minus the number of a signal; None if the process is not a child of this one.
            log: its log, read to the end.
        """
        message = read_termination_message(self.kind, self.attempt, layout)
        if code is None:
            code = _exit_code_from_message(self.kind, message)
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
            log: provides the progress of a run that is still live.
            proves_verdict: whether this command started it, after its validation.
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


def read_termination_message(kind: RunKind, attempt: int, layout: RunLayout) -> TerminationMessage | None:
    """Read the termination message of a training, or build that of a validation from its report. None if it is unreadable."""
    return _message_from_report(layout.report(attempt)) if kind is RunKind.VALIDATION else _read_message(layout, attempt)


def _read_message(layout: RunLayout, attempt: int) -> TerminationMessage | None:
    try:
        # Reads no more than a kubelet would, however large the file is.
        with layout.termination_message(RunKind.TRAINING, attempt).open("rb") as file:
            return TerminationMessage.model_validate_json(file.read(1 << 12))
    except (OSError, ValidationError):
        return None


def _message_from_report(path: Path) -> TerminationMessage | None:
    try:
        report = Report.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    passed = report.verdict is Verdict.PASS
    return TerminationMessage(
        reason=reasons.VALIDATION_PASSED if passed else reasons.VALIDATION_REJECTED,
        message="Validation passed." if passed else f"Validation failed: {report.errors} errors.",
        validation=ValidationSummary.of(report, report_path=str(path)),
    )


def _exit_code_from_message(kind: RunKind, message: TerminationMessage | None) -> int | None:
    """Derive the exit code of a process that is not a child of this one, if its termination message implies it."""
    if message is None:
        return None
    if kind is RunKind.VALIDATION:
        return 0 if message.reason == reasons.VALIDATION_PASSED else 1
    known = {reasons.COMPLETED: ExitCode.DONE, reasons.ALREADY_COMPLETE: ExitCode.DONE, reasons.STOPPED: ExitCode.STOPPED}
    return known.get(message.reason)


def read_all(layout: RunLayout) -> list[StoredRun]:
    """Return all readable stored runs, ordered by kind and attempt."""
    found = []
    for path in layout.runs_dir.glob("*.json"):
        try:
            found.append(StoredRun.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            continue
    return sorted(found, key=lambda run: (run.kind, run.attempt))


def write(run: StoredRun, layout: RunLayout) -> None:
    """Write a run to its file.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(run.model_dump(mode="json", exclude_none=True), indent=1)
    write_text(layout.stored_run(run.kind, run.attempt), text)

"""The reconcile of one machine: observe the processes, decide, act, until it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from signal import SIGKILL, SIGTERM
from typing import assert_never

from detector_operator.api import DetectorTraining, Phase, Status
from detector_operator.local import records
from detector_operator.local.commands import Commands, environment, trainer_commands
from detector_operator.local.display import Display
from detector_operator.local.log_follower import LogFollower
from detector_operator.local.process import Child
from detector_operator.local.records import Record
from detector_operator.local.status_file import EventFile, StatusFile
from detector_operator.local.take_over import take_over
from detector_operator.local.waker import Waker
from detector_operator.local.workplace import Workplace
from detector_operator.reconcile.actions import (
    Action,
    CheckRun,
    CreateConfigMap,
    DeleteRun,
    StartTraining,
    StartValidation,
    StopRun,
)
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.runs import Run, RunKind, run_name
from detector_operator.reconcile.situation import Backoff
from detector_operator.reconcile.spec_generation import spec_generation
from detector_trainer.contract import reasons

Key = tuple[RunKind, int]

# A training that logs many steps a second does not write the status file as often.
SECONDS_BETWEEN_WRITES = 1.0


def utc_now() -> datetime:
    """Now, in whole seconds, as Kubernetes writes it."""
    return datetime.now(UTC).replace(microsecond=0)


class Driver:
    """Runs one training on this machine. The caller holds the lock of the workplace."""

    def __init__(
        self,
        given: DetectorTraining,
        workplace: Workplace,
        display: Display,
        *,
        commands: Commands = trainer_commands,
        backoff: Backoff = Backoff(),  # noqa: B008
        clock: Callable[[], datetime] = utc_now,
        poll_seconds: float = 0.25,
    ) -> None:
        self._workplace = workplace
        self._display = display
        self._commands = commands
        self._backoff = backoff
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._status_file = StatusFile(workplace.status_file)
        self._event_file = EventFile(workplace.events)
        self._records: dict[Key, Record] = {(record.kind, record.attempt): record for record in records.read_all(workplace)}
        self._of_earlier_commands = frozenset(self._records)
        self._children: dict[Key, Child] = {}
        self._logs: dict[Key, LogFollower] = {}
        self._asked_at: dict[Key, float] = {}
        self._waker = Waker()
        self._stops = 0
        self._stop_noted = False
        self._written_at = 0.0
        self._resource = take_over(given, self._status_file.read(), list(self._records.values()), clock())

    @property
    def event_file(self) -> EventFile:
        """The events so far."""
        return self._event_file

    def stop(self) -> None:
        """Asks for a safe stop; asked a second time, kills. Can be called from a signal handler."""
        self._stops += 1
        self._waker.wake()

    def run(self) -> DetectorTraining:
        """Works until the training has ended or was stopped, and returns the resource with its last status.

        Raises:
            OSError: a file in the model directory cannot be written. Nothing is left running.
        """
        try:
            self._workplace.make()
            if (text := self._resource.spec.pipeline_config.inline) is not None:
                self._workplace.inline_config.write_text(text, encoding="utf-8")
            self._end_leftovers()
            self._forget_verdicts()
            while not self._step():
                continue
        finally:
            self._end_children()
        return self._resource

    def _step(self) -> bool:
        """One reconcile, and the wait until the next; True once there is nothing more to do."""
        self._observe()
        if self._stops and not self._stop_noted and any(record.end_time is None for record in self._records.values()):
            self._display.note("Stopping after a checkpoint. Ask again (Ctrl-C) to kill it at once.")
            self._stop_noted = True
        before = self._resource.status
        decision = decide(self._as_wanted(), self._runs(), self._clock(), backoff=self._backoff)
        self._resource = self._resource.model_copy(update={"status": decision.status})
        for event in decision.events:
            self._event_file.add(event, self._clock())
            self._display.event(event)
        self._write(before, decision.status)
        for action in decision.actions:
            self._act(action)
        self._kill_the_unwilling()
        self._display.show(self._resource)
        phase, live = decision.status.phase, any(record.end_time is None for record in self._records.values())
        if (phase.terminal or phase is Phase.SUSPENDED) and not live:
            self._status_file.write(self._resource)
            return True
        if not decision.actions:
            self._waker.wait(self._poll_seconds)
        return False

    def _as_wanted(self) -> DetectorTraining:
        """The resource; one who presses Ctrl-C wants it suspended."""
        if not self._stops:
            return self._resource
        return self._resource.model_copy(update={"spec": self._resource.spec.model_copy(update={"suspend": True})})

    def _observe(self) -> None:
        """Reads the logs, and takes down which processes have ended."""
        for key, record in self._records.items():
            if record.end_time is not None:
                continue
            log = self._log(key)
            child = self._children.get(key)
            code = child.poll() if child is not None else None
            over = code is not None if child is not None else not record.process.alive
            log.read()  # after it is known to be over: then this was all
            if over:
                if child is not None:
                    child.kill_rest()
                self._keep(record.ended(self._workplace, self._clock(), code, log))

    def _log(self, key: Key) -> LogFollower:
        return self._logs.setdefault(key, LogFollower(self._workplace.log(*key)))

    def _runs(self) -> list[Run]:
        """The runs. Those of earlier commands do not prove a verdict: files may have been edited since."""
        return [
            record.run(self._clock(), self._logs.get(key), proves_verdict=key not in self._of_earlier_commands)
            for key, record in self._records.items()
        ]

    def _keep(self, record: Record) -> None:
        self._records[record.kind, record.attempt] = record
        records.write(record, self._workplace)

    def _write(self, before: Status | None, after: Status) -> None:
        """Writes the status; mere progress not more often than once a second."""
        only_progress = before is not None and before.model_copy(update={"training": after.training}) == after
        if not only_progress or time.monotonic() - self._written_at >= SECONDS_BETWEEN_WRITES:
            self._status_file.write(self._resource)
            self._written_at = time.monotonic()

    def _act(self, action: Action) -> None:
        match action:
            case StartValidation(attempt):
                self._start(RunKind.VALIDATION, attempt)
            case StartTraining(attempt):
                self._start(RunKind.TRAINING, attempt)
            case StopRun(run, reason):
                self._ask_to_stop(self._records[run.kind, run.attempt], reason)
            case DeleteRun():
                # Asked for of Jobs, which fill a namespace. The files of a run stay here: its log is the user's, and its record
                # is small and keeps the numbers of runs.
                return
            case CheckRun() | CreateConfigMap():
                return  # every log is read before each decision, and the inline config is a file
            case _:
                assert_never(action)

    def _start(self, kind: RunKind, attempt: int) -> None:
        spec, log = self._resource.spec, self._workplace.log(kind, attempt)
        # Nothing an earlier run of this number has left may be taken for this one's.
        self._workplace.last_words(kind, attempt).unlink(missing_ok=True)
        child = Child(self._commands(kind, attempt, spec, self._workplace), log, environment(spec))
        self._children[kind, attempt] = child
        self._keep(
            Record(
                kind=kind,
                attempt=attempt,
                generation=spec_generation(self._resource),
                pid=child.id.pid,
                process_started=child.id.started,
                start_time=self._clock(),
            )
        )
        self._display.note(f"{run_name(self._resource.metadata.name, kind, attempt)} writes its log to {log}")

    def _ask_to_stop(self, record: Record, reason: str) -> None:
        self._keep(record.model_copy(update={"stop_reason": reason, "stop_time": self._clock()}))
        key = (record.kind, record.attempt)
        self._asked_at[key] = time.monotonic()
        self._signal(key, SIGTERM)

    def _kill_the_unwilling(self) -> None:
        """Kills what was asked to stop and has not within its grace period, or at once if the user asks twice."""
        grace = self._resource.spec.trainer.termination_grace_period_seconds
        for key, asked in self._asked_at.items():
            if self._records[key].end_time is None and (self._stops > 1 or time.monotonic() - asked >= grace):
                self._signal(key, SIGKILL)

    def _signal(self, key: Key, number: int) -> None:
        child = self._children.get(key)
        target = child if child is not None else self._records[key].process
        target.send(SIGKILL if number == SIGKILL else SIGTERM)

    def _end_leftovers(self) -> None:
        """Stops runs that a killed command has left behind: two trainers must never write into one directory.

        They are not followed to their end, because nobody but their parent could learn their exit code.
        """
        while leftovers := [record for record in self._records.values() if record.end_time is None]:
            for record in leftovers:
                if (record.kind, record.attempt) not in self._asked_at and record.process.alive:
                    name = run_name(self._resource.metadata.name, record.kind, record.attempt)
                    self._display.note(f"{name} of an earlier command still runs (process {record.pid}): it is stopped first")
                    self._ask_to_stop(record, reasons.INTERRUPTED)
            self._kill_the_unwilling()
            self._observe()
            if any(record.end_time is None for record in self._records.values()):
                self._waker.wait(self._poll_seconds)

    def _forget_verdicts(self) -> None:
        """So that the inputs are validated again: files may have been edited since."""
        for key in [key for key in self._records if key[0] is RunKind.VALIDATION]:
            del self._records[key]
            self._workplace.record(*key).unlink(missing_ok=True)

    def _end_children(self) -> None:
        """Leaves nothing running when the driver itself has failed."""
        waiting = {key: child for key, child in self._children.items() if child.poll() is None}
        for child in waiting.values():
            child.send(SIGTERM)
        end = time.monotonic() + self._resource.spec.trainer.termination_grace_period_seconds
        while waiting and time.monotonic() < end and self._stops < 2:
            self._waker.wait(self._poll_seconds)
            waiting = {key: child for key, child in waiting.items() if child.poll() is None}
        for child in waiting.values():
            child.send(SIGKILL)

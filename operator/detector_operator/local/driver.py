"""Reconcile a training on this machine: observe the processes, decide and act, until it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from signal import SIGKILL, SIGTERM
from typing import assert_never

from detector_operator.api import DetectorTraining, Phase, Status
from detector_operator.local import stored_run
from detector_operator.local.admission import admit
from detector_operator.local.commands import Commands, environment, trainer_commands
from detector_operator.local.display import Display
from detector_operator.local.log_follower import LogFollower
from detector_operator.local.process import Child
from detector_operator.local.run_layout import RunLayout
from detector_operator.local.self_pipe import SelfPipe
from detector_operator.local.status_file import EventFile, StatusFile
from detector_operator.local.stored_run import StoredRun
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.actions import (
    Action,
    CheckRun,
    CreateConfigMap,
    DeleteRun,
    StartTraining,
    StartValidation,
    StopRun,
)
from detector_operator.reconcile.context import Backoff
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.runs import Run, RunKind, run_name
from detector_operator.reconcile.spec_generation import spec_generation
from detector_trainer.contract import reasons

RunId = tuple[RunKind, int]

# A training that logs many steps per second must not write the status file as often.
WRITE_INTERVAL_SECONDS = 1.0


def utc_now() -> datetime:
    """Return the current time in whole seconds, as Kubernetes writes it."""
    return datetime.now(UTC).replace(microsecond=0)


class Driver:
    """Run one training on this machine. The caller holds the lock of the model directory."""

    def __init__(
        self,
        given: DetectorTraining,
        layout: RunLayout,
        display: Display,
        *,
        commands: Commands = trainer_commands,
        backoff: Backoff = Backoff(),  # noqa: B008
        clock: Callable[[], datetime] = utc_now,
        poll_seconds: float = 0.25,
    ) -> None:
        self._layout = layout
        self._display = display
        self._commands = commands
        self._backoff = backoff
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._status_file = StatusFile(layout.status_file)
        self._event_file = EventFile(layout.events)
        self._runs: dict[RunId, StoredRun] = {(run.kind, run.attempt): run for run in stored_run.read_all(layout)}
        self._of_earlier_commands = frozenset(self._runs)
        self._children: dict[RunId, Child] = {}
        self._logs: dict[RunId, LogFollower] = {}
        self._stop_requested_at: dict[RunId, float] = {}
        self._pipe = SelfPipe()
        self._stops = 0
        self._stop_noted = False
        self._written_at = 0.0
        self._resource = admit(given, self._status_file.read(), list(self._runs.values()), clock())

    @property
    def event_file(self) -> EventFile:
        """Return the file with the events so far."""
        return self._event_file

    def stop(self) -> None:
        """Request a graceful stop; the second call kills. Safe in a signal handler."""
        self._stops += 1
        self._pipe.wake()

    def run(self) -> DetectorTraining:
        """Run until the training has ended or was stopped. Return the resource with its last status.

        Raises:
            OSError: a file in the model directory cannot be written. No process is left running.
        """
        try:
            self._layout.create_directories()
            if (text := self._resource.spec.pipeline_config.inline) is not None:
                self._layout.inline_config.write_text(text, encoding="utf-8")
            self._stop_orphans()
            self._drop_validations()
            while not self._step():
                continue
        finally:
            self._stop_children()
        return self._resource

    def _step(self) -> bool:
        """Reconcile once and wait for the next change. Return True once there is nothing more to do."""
        self._observe()
        if self._stops and not self._stop_noted and any(run.end_time is None for run in self._runs.values()):
            self._display.note("Saving a checkpoint before exit; press Ctrl-C again to kill.")
            self._stop_noted = True
        before = self._resource.status
        decision = decide(self._desired(), self._observed_runs(), self._clock(), POLICIES, backoff=self._backoff)
        self._resource = self._resource.model_copy(update={"status": decision.status})
        for event in decision.events:
            self._event_file.add(event, self._clock())
            self._display.event(event)
        self._write(before, decision.status)
        for action in decision.actions:
            self._act(action)
        self._kill_overdue()
        self._display.show(self._resource)
        phase, live = decision.status.phase, any(run.end_time is None for run in self._runs.values())
        if (phase.terminal or phase is Phase.SUSPENDED) and not live:
            self._status_file.write(self._resource)
            return True
        if not decision.actions:
            self._pipe.wait(self._poll_seconds)
        return False

    def _desired(self) -> DetectorTraining:
        """Return the resource, suspended if a stop was requested."""
        if not self._stops:
            return self._resource
        return self._resource.model_copy(update={"spec": self._resource.spec.model_copy(update={"suspend": True})})

    def _observe(self) -> None:
        """Read the logs, and record which processes have ended."""
        for run_id, run in self._runs.items():
            if run.end_time is not None:
                continue
            log = self._log(run_id)
            child = self._children.get(run_id)
            code = child.poll() if child is not None else None
            ended = code is not None if child is not None else not run.process.alive
            log.read()  # after the end was observed, so that nothing is missed
            if ended:
                if child is not None:
                    child.kill_rest()
                self._store(run.ended(self._layout, self._clock(), code, log))

    def _log(self, run_id: RunId) -> LogFollower:
        return self._logs.setdefault(run_id, LogFollower(self._layout.log(*run_id)))

    def _observed_runs(self) -> list[Run]:
        """Return the runs. Those of earlier commands do not prove a verdict: files may have changed since."""
        return [
            run.run(self._clock(), self._logs.get(run_id), proves_verdict=run_id not in self._of_earlier_commands)
            for run_id, run in self._runs.items()
        ]

    def _store(self, run: StoredRun) -> None:
        self._runs[run.kind, run.attempt] = run
        stored_run.write(run, self._layout)

    def _write(self, before: Status | None, after: Status) -> None:
        """Write the status file; progress alone at most once per WRITE_INTERVAL_SECONDS."""
        only_progress = before is not None and before.model_copy(update={"training": after.training}) == after
        if not only_progress or time.monotonic() - self._written_at >= WRITE_INTERVAL_SECONDS:
            self._status_file.write(self._resource)
            self._written_at = time.monotonic()

    def _act(self, action: Action) -> None:
        match action:
            case StartValidation(attempt):
                self._start(RunKind.VALIDATION, attempt)
            case StartTraining(attempt):
                self._start(RunKind.TRAINING, attempt)
            case StopRun(run, reason):
                self._request_stop(self._runs[run.kind, run.attempt], reason)
            case DeleteRun():
                # For Jobs, which fill a namespace. Local files stay: the log belongs to the user, and the stored run is small and
                # keeps the attempt numbers.
                return
            case CheckRun() | CreateConfigMap():
                return  # every log is read before each decision, and the inline config is a file
            case _:
                assert_never(action)

    def _start(self, kind: RunKind, attempt: int) -> None:
        spec, log = self._resource.spec, self._layout.log(kind, attempt)
        # A file that an earlier run with this number left must not be mistaken for the result of this one.
        self._layout.result(kind, attempt).unlink(missing_ok=True)
        child = Child(self._commands(kind, attempt, spec, self._layout), log, environment(spec))
        self._children[kind, attempt] = child
        self._store(
            StoredRun(
                kind=kind,
                attempt=attempt,
                generation=spec_generation(self._resource),
                pid=child.id.pid,
                process_started=child.id.started,
                start_time=self._clock(),
            )
        )
        self._display.note(f"{run_name(self._resource.metadata.name, kind, attempt)} writes its log to {log}")

    def _request_stop(self, run: StoredRun, reason: str) -> None:
        self._store(run.model_copy(update={"stop_reason": reason, "stop_time": self._clock()}))
        run_id = (run.kind, run.attempt)
        self._stop_requested_at[run_id] = time.monotonic()
        self._signal(run_id, SIGTERM)

    def _kill_overdue(self) -> None:
        """Kill runs that did not stop within their grace period; all of them if the user requests the stop twice."""
        grace = self._resource.spec.trainer.termination_grace_period_seconds
        for run_id, requested in self._stop_requested_at.items():
            if self._runs[run_id].end_time is None and (self._stops > 1 or time.monotonic() - requested >= grace):
                self._signal(run_id, SIGKILL)

    def _signal(self, run_id: RunId, number: int) -> None:
        child = self._children.get(run_id)
        target = child if child is not None else self._runs[run_id].process
        target.send(SIGKILL if number == SIGKILL else SIGTERM)

    def _stop_orphans(self) -> None:
        """Stop the runs of an earlier command that was killed: two trainers must never write to one directory.

        They are not followed to their end, because only their parent could read their exit code.
        """
        while orphans := [run for run in self._runs.values() if run.end_time is None]:
            for run in orphans:
                if (run.kind, run.attempt) not in self._stop_requested_at and run.process.alive:
                    name = run_name(self._resource.metadata.name, run.kind, run.attempt)
                    self._display.note(f"Stopping {name} of an earlier command, which is still running (process {run.pid})")
                    self._request_stop(run, reasons.INTERRUPTED)
            self._kill_overdue()
            self._observe()
            if any(run.end_time is None for run in self._runs.values()):
                self._pipe.wait(self._poll_seconds)

    def _drop_validations(self) -> None:
        """Drop stored validations, so that the inputs are validated again: files may have changed since."""
        for run_id in [run_id for run_id in self._runs if run_id[0] is RunKind.VALIDATION]:
            del self._runs[run_id]
            self._layout.stored_run(*run_id).unlink(missing_ok=True)

    def _stop_children(self) -> None:
        """Leave no process running if the driver itself has failed."""
        waiting = {run_id: child for run_id, child in self._children.items() if child.poll() is None}
        for child in waiting.values():
            child.send(SIGTERM)
        end = time.monotonic() + self._resource.spec.trainer.termination_grace_period_seconds
        while waiting and time.monotonic() < end and self._stops < 2:
            self._pipe.wait(self._poll_seconds)
            waiting = {run_id: child for run_id, child in waiting.items() if child.poll() is None}
        for child in waiting.values():
            child.send(SIGKILL)

"""Display the progress of a training: as lines, or on a terminal as a live view."""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from detector_operator.api import DetectorTraining, Phase, Status, TrainingStatus
from detector_operator.reconcile.actions import Event
from detector_trainer.contract import Finding, Severity

STYLES = {
    Phase.SUCCEEDED: "bold green",
    Phase.TRAINING: "bold green",
    Phase.REJECTED: "bold red",
    Phase.FAILED: "bold red",
    Phase.SUSPENDED: "bold yellow",
}
SEVERITY_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Display(Protocol):
    """Display the progress of a training."""

    def event(self, event: Event) -> None:
        """Display an event."""
        ...

    def note(self, text: str) -> None:
        """Display a note."""
        ...

    def show(self, resource: DetectorTraining) -> None:
        """Display the current status."""
        ...


class PlainDisplay:
    """Print a line for each event, and the progress every few seconds."""

    def __init__(self, out: TextIO, seconds_between: float = 5.0) -> None:
        self._out = out
        self._seconds_between = seconds_between
        self._shown_at = float("-inf")
        self._shown: TrainingStatus | None = None
        self._findings = FindingsOnce()

    def event(self, event: Event) -> None:
        """Print it as a line."""
        self._line(f"{event.reason}: {event.message}")

    def note(self, text: str) -> None:
        """Print it as a line."""
        self._line(text)

    def show(self, resource: DetectorTraining) -> None:
        """Print new findings, and the progress if it has changed and the last line is old enough."""
        for finding in self._findings.new(resource):
            for line in finding_lines(finding):
                self._line(line)
        status = resource.status
        training = status.training if status is not None else None
        if training is None or training.step is None:
            return
        key = training.model_copy(update={"attempt": 0, "restarts": 0, "preemptions": 0, "seconds_remaining": None})
        last = status is not None and status.phase.terminal
        if key != self._shown and (last or time.monotonic() - self._shown_at >= self._seconds_between):
            self._shown, self._shown_at = key, time.monotonic()
            self._line(progress_text(training))

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


class LiveDisplay:
    """Update the last lines of a terminal in place; events scroll above them."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._findings = FindingsOnce()
        self._shown: Status | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()

    def event(self, event: Event) -> None:
        """Print it as a line above the live view."""
        style = "yellow" if event.type == "Warning" else "bold"
        self._live.console.print(Text.assemble((event.reason, style), f": {event.message}"), highlight=False)

    def note(self, text: str) -> None:
        """Print it as a line above the live view."""
        self._live.console.print(Text(text, style="dim"))

    def show(self, resource: DetectorTraining) -> None:
        """Display phase, progress bar, loss, speed, remaining time and newest checkpoint."""
        for finding in self._findings.new(resource):
            first, *rest = finding_lines(finding)
            self._live.console.print(Text(first, style=SEVERITY_STYLES[finding.severity]))
            for line in rest:
                self._live.console.print(Text(line))
        status = resource.status
        if status is None or status == self._shown:
            return
        self._shown = status
        lines: list[Table | Text] = [
            Text.assemble((resource.metadata.name, "bold"), "  ", (status.phase, STYLES.get(status.phase, "bold cyan")))
        ]
        training = status.training
        if training is not None and training.step is not None and training.total_steps:
            bar = Table.grid(padding=(0, 1))
            bar.add_row(ProgressBar(total=training.total_steps, completed=training.step, width=40), training.progress)
            lines += [bar, Text(progress_text(training, with_step=False))]
        self._live.update(Group(*lines), refresh=True)


class FindingsOnce:
    """Return the findings of each validation once."""

    def __init__(self) -> None:
        self._shown: int | None = None

    def new(self, resource: DetectorTraining) -> Iterable[Finding]:
        """Return the findings of a validation that were not returned yet."""
        validation = resource.status.validation if resource.status is not None else None
        if validation is None or validation.verdict is None or validation.attempt == self._shown:
            return []
        self._shown = validation.attempt
        return validation.findings


def finding_lines(finding: Finding) -> list[str]:
    """Format a finding for a terminal: message, location and fix."""
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    lines = [f"{finding.severity} {finding.code}{times}: {finding.message}"]
    if str(finding.where):
        lines.append(f"  at:  {finding.where}")
    if finding.hint:
        lines.append(f"  fix: {finding.hint}")
    return lines


def progress_text(training: TrainingStatus, *, with_step: bool = True) -> str:
    """Format the progress: `step 1200/20000, loss 1.23, 4.1 steps/s, 1 h 16 min left, checkpoint at 1000`. Omits unknowns."""
    parts = [f"step {training.progress}"] if with_step else []
    if training.loss is not None:
        parts.append(f"loss {training.loss:g}")
    if training.steps_per_second is not None:
        parts.append(f"{training.steps_per_second:g} steps/s")
    if training.seconds_remaining:
        parts.append(f"{duration(training.seconds_remaining)} left")
    if training.last_checkpoint_step is not None:
        parts.append(f"checkpoint at {training.last_checkpoint_step}")
    if training.restarts:
        parts.append(f"restarts {training.restarts}")
    return ", ".join(parts)


def duration(seconds: int) -> str:
    """Format a duration: `45 s`, `12 min`, `1 h 16 min`, `2 d 3 h`."""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes >= 2 else f"{seconds} s"

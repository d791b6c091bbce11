"""Where things are on one machine: all of it under the model directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from detector_operator.reconcile.runs import RunKind

SHORT = {RunKind.VALIDATION: "validate", RunKind.TRAINING: "train"}


@dataclass(frozen=True)
class Workplace:
    """The files of one training. Relative paths are relative to the current directory, as everywhere."""

    model_dir: Path
    status_file: Path

    @classmethod
    def of(cls, model_dir: str, status_file: str | None) -> Workplace:
        """The workplace of a model directory; its status is in status.yaml there unless another file is named."""
        directory = Path(model_dir)
        return cls(directory, Path(status_file) if status_file else directory / "status.yaml")

    @property
    def private(self) -> Path:
        """What the driver itself needs to go on after it was killed."""
        return self.model_dir / ".detector-training"

    @property
    def lock(self) -> Path:
        """Held by the one command that works here."""
        return self.private / "lock"

    @property
    def events(self) -> Path:
        """The events, as a list of JSON."""
        return self.private / "events.json"

    @property
    def inline_config(self) -> Path:
        """The text of spec.pipelineConfig.inline."""
        return self.private / "pipeline.config"

    @property
    def records(self) -> Path:
        """One JSON file a run."""
        return self.private / "runs"

    def record(self, kind: RunKind, attempt: int) -> Path:
        """What is known of a run."""
        return self.records / f"{SHORT[kind]}-{attempt}.json"

    def termination_message(self, kind: RunKind, attempt: int) -> Path:
        """Where a run leaves its last words."""
        return self.records / f"{SHORT[kind]}-{attempt}.termination"

    def log(self, kind: RunKind, attempt: int) -> Path:
        """Everything a run prints."""
        return self.model_dir / "logs" / f"{SHORT[kind]}-{attempt}.log"

    def report(self, attempt: int) -> Path:
        """The whole report of a validation, as JSON."""
        return self.model_dir / "validation" / f"report-{attempt}.json"

    def last_words(self, kind: RunKind, attempt: int) -> Path:
        """What a run leaves behind: a validation its report, a training its termination message."""
        return self.report(attempt) if kind is RunKind.VALIDATION else self.termination_message(kind, attempt)

    def make(self) -> None:
        """Makes the directories.

        Raises:
            OSError: one cannot be made.
        """
        for directory in (self.records, self.log(RunKind.TRAINING, 1).parent, self.report(1).parent, self.status_file.parent):
            directory.mkdir(parents=True, exist_ok=True)

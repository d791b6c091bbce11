"""Define where the files of a local training are: all of them are in the model directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from detector_operator.reconcile.runs import RunKind

SHORT = {RunKind.VALIDATION: "validate", RunKind.TRAINING: "train"}


@dataclass(frozen=True)
class RunLayout:
    """Name the files of one training. Relative paths are relative to the current directory."""

    model_dir: Path
    status_file: Path

    @classmethod
    def of(cls, model_dir: str, status_file: str | None) -> RunLayout:
        """Return the layout of a model directory. The status is in its status.yaml unless another file is given."""
        directory = Path(model_dir)
        return cls(directory, Path(status_file) if status_file else directory / "status.yaml")

    @property
    def state_dir(self) -> Path:
        """Return the directory with what the driver needs to continue after it was killed."""
        return self.model_dir / ".detector-training"

    @property
    def lock(self) -> Path:
        """Return the lock file, held by the one command that uses this directory."""
        return self.state_dir / "lock"

    @property
    def events(self) -> Path:
        """Return the file with the events, a JSON list."""
        return self.state_dir / "events.json"

    @property
    def inline_config(self) -> Path:
        """Return the file with the text of spec.pipelineConfig.inline."""
        return self.state_dir / "pipeline.config"

    @property
    def runs_dir(self) -> Path:
        """Return the directory with one JSON file per run."""
        return self.state_dir / "runs"

    def stored_run(self, kind: RunKind, attempt: int) -> Path:
        """Return the file with the stored state of a run."""
        return self.runs_dir / f"{SHORT[kind]}-{attempt}.json"

    def termination_message(self, kind: RunKind, attempt: int) -> Path:
        """Return the file to which a run writes its termination message."""
        return self.runs_dir / f"{SHORT[kind]}-{attempt}.termination"

    def log(self, kind: RunKind, attempt: int) -> Path:
        """Return the file with the output of a run."""
        return self.model_dir / "logs" / f"{SHORT[kind]}-{attempt}.log"

    def report(self, attempt: int) -> Path:
        """Return the file with the whole report of a validation, as JSON."""
        return self.model_dir / "validation" / f"report-{attempt}.json"

    def result(self, kind: RunKind, attempt: int) -> Path:
        """Return the file with the result of a run: the report of a validation, the termination message of a training."""
        return self.report(attempt) if kind is RunKind.VALIDATION else self.termination_message(kind, attempt)

    def create_directories(self) -> None:
        """Create the directories.

        Raises:
            OSError: a directory cannot be created.
        """
        for directory in (self.runs_dir, self.log(RunKind.TRAINING, 1).parent, self.report(1).parent, self.status_file.parent):
            directory.mkdir(parents=True, exist_ok=True)

"""Resources and runs for tests of the operator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from detector_operator.api import DetectorTraining, Status
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.decide import Decision, decide
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_trainer.contract import Finding, Progress, Severity, TerminationMessage, ValidationSummary, Verdict, Where, reasons

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """So many seconds after the beginning."""
    return T0 + timedelta(seconds=seconds)


def training(generation: int = 1, status: Status | None = None, **spec: Any) -> DetectorTraining:
    """A resource `pets` of 100 steps."""
    given = {"pipelineConfig": {"path": "p.config"}, "modelDir": "m", "numSteps": 100, **spec}
    resource = DetectorTraining.model_validate({"metadata": {"name": "pets", "generation": generation}, "spec": given})
    return resource.model_copy(update={"status": status})


def validate_run(attempt: int = 1, *, generation: int = 1, **facts: Any) -> Run:
    """A validation run, by default running since the beginning."""
    return _run(RunKind.VALIDATION, attempt, generation, facts)


def train_run(attempt: int = 1, *, generation: int = 1, **facts: Any) -> Run:
    """A training run, by default running since the beginning."""
    return _run(RunKind.TRAINING, attempt, generation, facts)


def _run(kind: RunKind, attempt: int, generation: int, facts: dict[str, Any]) -> Run:
    ended = {"exit_code", "signal"} & facts.keys()
    facts.setdefault("state", RunState.ENDED if ended else RunState.RUNNING)
    facts.setdefault("node", "gpu-1")
    return Run(kind=kind, attempt=attempt, generation=generation, **facts)


def decided(resource: DetectorTraining, *observations: tuple[Iterable[Run], datetime], **options: Any) -> Decision:
    """Return the last decision of several, each with the status that the one before has written."""
    decision = Decision(resource.status or Status())
    status = resource.status
    for runs, now in observations:
        decision = decide(resource.model_copy(update={"status": status}), runs, now, POLICIES, **options)
        status = decision.status
    return decision


def passed(attempt: int = 1, **facts: Any) -> Run:
    """A validation that passed."""
    summary = ValidationSummary(verdict=Verdict.PASS, records=1000, images=1000, boxes=1200, duration_seconds=1.5)
    words = TerminationMessage(reason=reasons.VALIDATION_PASSED, message="It will train.", validation=summary)
    return validate_run(attempt, exit_code=0, message=words, **facts)


def rejected(attempt: int = 1, *, errors: int = 1, **facts: Any) -> Run:
    """A validation that rejected."""
    finding = Finding(
        code="label-map/reserved-id",
        severity=Severity.ERROR,
        message="Item 'cat' has id 0.",
        hint="Number the items from 1.",
        where=Where(file="labels.pbtxt", line=2),
    )
    summary = ValidationSummary(verdict=Verdict.REJECT, errors=errors, findings=[finding] * errors)
    words = TerminationMessage(reason=reasons.VALIDATION_REJECTED, message="It will not train.", validation=summary)
    return validate_run(attempt, exit_code=1, message=words, **facts)


def termination_message(reason: str, message: str = "It happened.", hint: str = "Do this.", **more: Any) -> TerminationMessage:
    """A termination message."""
    return TerminationMessage(reason=reason, message=message, hint=hint, **more)


def at(step: int, *, time: float = 0.0, loss: float = 1.23456, checkpoint: int | None = None) -> Progress:
    """Progress."""
    return Progress(
        step=step, total_steps=100, loss=loss, steps_per_second=2.0, last_checkpoint_step=checkpoint, time=T0.timestamp() + time
    )

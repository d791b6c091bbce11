"""Takes over into the status what the runs tell. Doing it again with the same runs changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from detector_operator.api import Status, TrainingStatus, ValidationStatus
from detector_operator.policies import failure_reasons, retries
from detector_operator.reconcile.runs import Run, RunKind, RunState, Why, run_name
from detector_operator.reconcile.situation import Situation, with_status
from detector_trainer.contract import reasons


def gather(situation: Situation) -> Situation:
    """The situation with the facts of its runs in the status."""
    situation = with_status(situation, _of_this_generation(situation))
    situation = with_status(situation, situation.status.model_copy(update={"validation": _validation(situation)}))
    return with_status(situation, _training(situation))


def _of_this_generation(situation: Situation) -> Status:
    """The status; for a new generation one that keeps nothing but the numbers of the runs, for the names of the next ones."""
    status = situation.status
    if status.spec_generation == situation.generation:
        return status
    newest = _newest_before(situation)
    return Status(
        observed_generation=situation.observed_generation,
        spec_generation=situation.generation,
        conditions=status.conditions,
        validation=ValidationStatus(attempt=situation.next_attempt(RunKind.VALIDATION) - 1),
        training=TrainingStatus(attempt=newest, counted=newest, total_steps=situation.spec.num_steps),
    )


def _newest_before(situation: Situation) -> int:
    earlier = [run.attempt for run in _trainings(situation) if run.generation != situation.generation]
    return max([situation.training.attempt, *earlier])


def _validation(situation: Situation) -> ValidationStatus:
    known = situation.validation
    run = situation.newest(RunKind.VALIDATION)
    if run is None:
        return known
    summary = run.message.validation if run.message is not None and run.state is RunState.ENDED else None
    if summary is None:
        return known.model_copy(update={"attempt": max(known.attempt, run.attempt)})
    return ValidationStatus(
        attempt=max(known.attempt, run.attempt),
        verdict=summary.verdict,
        errors=summary.errors,
        warnings=summary.warnings,
        records=summary.records,
        images=summary.images,
        boxes=summary.boxes,
        duration_seconds=summary.duration_seconds,
        inputs_fingerprint=summary.inputs_fingerprint,
        findings=summary.findings[:20],
        report_path=summary.report_path,
    )


def _training(situation: Situation) -> Status:
    status, training = situation.status, situation.training
    training = training.model_copy(update={"total_steps": situation.spec.num_steps})
    failure = status.failure
    for run in (*_lost(situation), *situation.of_this_generation(RunKind.TRAINING)):
        if run.attempt <= (training.counted or 0):
            continue
        training = _progress(training, run, situation.now)
        training = training.model_copy(update={"attempt": max(training.attempt, run.attempt)})
        if run.live:
            continue
        granted = retries.grant(run, training, situation.spec)
        if granted is None:
            break
        if run.stop_reason is None:
            failure = failure_reasons.failure_of(run, situation.run_name(run))
        training = granted
    return status.model_copy(update={"training": training, "failure": failure})


def _lost(situation: Situation) -> tuple[Run, ...]:
    """The newest run that was seen, if nothing of it is there any more: someone deleted it before its end was counted."""
    training = situation.training
    there = (run.attempt for run in _trainings(situation))
    if training.attempt <= (training.counted or 0) or training.attempt in there:
        return ()
    name = run_name(situation.name, RunKind.TRAINING, training.attempt)
    why = Why(reasons.JOB_DELETED, f"{name} was deleted: nothing of it is left.", "To stop a training, set spec.suspend.")
    kind, generation = RunKind.TRAINING, situation.generation
    return (Run(kind=kind, attempt=training.attempt, generation=generation, state=RunState.ENDED, cause=why),)


def _trainings(situation: Situation) -> Iterable[Run]:
    return (run for run in situation.runs if run.kind is RunKind.TRAINING)


def _progress(training: TrainingStatus, run: Run, now: datetime) -> TrainingStatus:
    """The newest numbers a run has told; those it has not told stay."""
    seen: dict[str, object] = {"step": run.step, "last_checkpoint_step": run.last_checkpoint_step}
    if training.start_time is None and run.state is not RunState.PENDING:
        seen["start_time"] = run.start_time
    if run.progress is not None:
        seen["loss"] = _rounded(run.progress.loss)
        seen["steps_per_second"] = _rounded(run.progress.steps_per_second)
    update = {name: value for name, value in seen.items() if value is not None}
    if run.progress is not None or not run.live or run.attempt != training.attempt:
        # An operator that has just started has not read the log of one that runs.
        left = run.progress.seconds_remaining if run.progress is not None and run.live else None
        update["seconds_remaining"] = round(left) if left is not None else None
    step = update.get("step", training.step)
    update["progress"] = f"{step}/{training.total_steps}" if step is not None else None
    told = training.model_copy(update=update)
    return told if told == training else told.model_copy(update={"progress_time": now})


def _rounded(number: float | None) -> float | None:
    """Four digits: the log has the rest. JSON has no NaN."""
    return float(f"{number:.4g}") if number is not None and math.isfinite(number) else None

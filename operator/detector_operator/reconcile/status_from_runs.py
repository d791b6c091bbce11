"""Record the observed runs in the status. Idempotent: the same runs change nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from detector_operator.api import LatestRun, RetryClass, Status, Stop, TrainingStatus, ValidationStatus
from detector_operator.reconcile.context import ReconcileContext, with_status
from detector_operator.reconcile.run_end import classify_validation, count_end
from detector_operator.reconcile.run_failure import failure_of
from detector_operator.reconcile.runs import ConditionReason, Run, RunKind, RunState, run_key, run_name
from detector_trainer.contract import Verdict, reasons


class _Recorded(TypedDict, total=False):
    """Fields that record the end of a run."""

    attempt: int
    counted: int
    counted_time: datetime


def update_status(context: ReconcileContext) -> ReconcileContext:
    """Return the context with its runs recorded in the status."""
    context = with_status(context, _status_of_generation(context))
    lost = [run for kind in RunKind for run in _lost(context, kind)]
    context = replace(context, runs=(*context.runs, *lost))
    context = with_status(context, context.status.model_copy(update={"validation": _validation(context)}))
    context = with_status(context, _training(context))
    return with_status(context, context.status.model_copy(update={"stops": _stops(context)}))


def _status_of_generation(context: ReconcileContext) -> Status:
    """Return the status; for a new generation a new one that keeps only the attempt numbers, which name the next runs."""
    status = context.status
    if status.spec_generation == context.generation:
        return status
    validations, trainings = (_newest_before(context, kind) for kind in RunKind)
    return Status(
        observed_generation=context.observed_generation,
        spec_generation=context.generation,
        conditions=status.conditions,
        validation=ValidationStatus(**_recorded_up_to(validations, context.timer.now)),
        training=TrainingStatus(total_steps=context.spec.num_steps, **_recorded_up_to(trainings, context.timer.now)),
        stops=status.stops,
    )


def _recorded_up_to(attempt: int, now: datetime) -> _Recorded:
    """Return the fields that mark the ends of all runs up to this attempt as recorded."""
    return {"attempt": attempt, "counted": attempt, "counted_time": now} if attempt else {}


def _newest_before(context: ReconcileContext, kind: RunKind) -> int:
    known = context.status_of(kind).attempt
    earlier = [run.attempt for run in context.runs if run.kind is kind and run.generation != context.generation]
    return max([known, *earlier])


def _lost(context: ReconcileContext, kind: RunKind) -> tuple[Run, ...]:
    """Return the newest recorded run, if it no longer exists and its end was not counted: it was stopped or deleted."""
    known = context.status_of(kind)
    present = (run.attempt for run in context.runs if run.kind is kind)
    if known.attempt <= (known.counted or 0) or known.attempt in present:
        return ()
    name = run_name(context.name, kind, known.attempt)
    stop = context.status.stop(run_key(kind, known.attempt))
    deleted = ConditionReason(reasons.JOB_DELETED, f"Job {name} was deleted.", "To stop a training, set spec.suspend.")
    return (
        Run(
            kind=kind,
            attempt=known.attempt,
            generation=context.generation,
            state=RunState.ENDED,
            stop_reason=stop.reason if stop is not None else None,
            cause=deleted if stop is None else None,
        ),
    )


def _validation(context: ReconcileContext) -> ValidationStatus:
    known = context.validation
    for run in context.current_runs(RunKind.VALIDATION):
        if run.attempt <= (known.counted or 0):
            continue
        known = known.model_copy(
            update={
                "attempt": max(known.attempt, run.attempt),
                "latest_run": _latest(known.latest_run, run, context.timer.now),
                "end": None,
            }
        )
        if not run.live:
            known = _ended_validation(known, run, context.timer.now)
    if known.verdict is None and context.spec.validation.policy == "Enforce" and _was_validated(context):
        return known.model_copy(update={"verdict": Verdict.PASS, "end": None})
    return known


def _was_validated(context: ReconcileContext) -> bool:
    """Return whether a training run exists that was created only because the validation had passed.

    The operator may exit after it created the Job and before it wrote the status; the verdict may then be lost with its pod.
    """
    run = context.newest(RunKind.TRAINING)
    return run is not None and run.proves_verdict and run.attempt > (context.training.counted or 0)


def _ended_validation(known: ValidationStatus, run: Run, now: datetime) -> ValidationStatus:
    summary = run.message.validation if run.message is not None else None
    if summary is None:
        end = classify_validation(run)
        crashed, interrupted = end is RetryClass.FAILED, end in (RetryClass.INTERRUPTED, RetryClass.BLOCKED)
        return known.model_copy(
            update={
                "counted": run.attempt,
                "counted_time": now,
                "end": end,
                "crashes": (known.crashes or 0) + 1 if crashed else known.crashes,
                "interruptions": (known.interruptions or 0) + 1 if interrupted else known.interruptions,
            }
        )
    return ValidationStatus(
        attempt=known.attempt,
        counted=run.attempt,
        counted_time=now,
        latest_run=known.latest_run,
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


def _training(context: ReconcileContext) -> Status:
    status, training = context.status, context.training
    training = training.model_copy(update={"total_steps": context.spec.num_steps})
    failure = status.failure
    for run in context.current_runs(RunKind.TRAINING):
        if run.attempt <= (training.counted or 0):
            continue
        training = _progress(training, run, context.timer.now)
        training = training.model_copy(update={"attempt": max(training.attempt, run.attempt), "end": None, "blocked_by": None})
        if run.live:
            continue
        counted = count_end(run, training, context.spec)
        if counted is None:
            break
        if run.stop_reason is None and counted.end is not RetryClass.BLOCKED:
            failure = failure_of(run, context.run_name(run))
        training = counted.model_copy(update={"counted_time": context.timer.now})
    return status.model_copy(update={"training": training, "failure": failure})


def _stops(context: ReconcileContext) -> list[Stop]:
    """Return the stops of runs whose end is not recorded yet."""
    known = {run_key(kind, attempt) for kind, attempt in _unrecorded(context)}
    return [stop for stop in context.status.stops if stop.run in known]


def _unrecorded(context: ReconcileContext) -> Iterable[tuple[RunKind, int]]:
    for run in context.runs:
        counted = context.status_of(run.kind).counted
        current = run.generation == context.generation
        if run.live or (current and run.attempt > (counted or 0)):
            yield run.kind, run.attempt


def _latest(known: LatestRun | None, run: Run, now: datetime) -> LatestRun:
    """Return when a run was first observed in each state; the times are reset when a queue preempts its pod."""
    times = known if known is not None and known.attempt == run.attempt else LatestRun(attempt=run.attempt, seen_time=now)
    if run.state is RunState.PENDING:
        return LatestRun(attempt=run.attempt, seen_time=times.seen_time)
    update: dict[str, datetime | None] = {}
    if times.assigned_time is None and (run.state is not RunState.ENDED or run.node is not None):
        update["assigned_time"] = now
    if times.running_time is None and run.state is RunState.RUNNING:
        update["running_time"] = now
    if times.end_time is None and run.state is RunState.ENDED:
        update["end_time"] = now
    return times.model_copy(update=update)


def _progress(training: TrainingStatus, run: Run, now: datetime) -> TrainingStatus:
    """Return the status with the newest numbers that a run has reported; the others stay."""
    times = _latest(training.latest_run, run, now)
    seen: dict[str, object] = {"step": run.step, "last_checkpoint_step": run.last_checkpoint_step}
    if training.start_time is None and run.stop_reason is None:
        seen["start_time"] = times.assigned_time
    if run.progress is not None and (times.step_time is None or run.step != training.step):
        times = times.model_copy(update={"step_time": now})
    if run.progress is not None:
        seen["loss"] = _rounded(run.progress.loss)
        seen["steps_per_second"] = _rounded(run.progress.steps_per_second)
    update = {name: value for name, value in seen.items() if value is not None}
    if run.progress is not None or not run.live or run.attempt != training.attempt:
        # An operator that has just started has not read the log of a live run.
        left = run.progress.seconds_remaining if run.progress is not None and run.live and run.stop_reason is None else None
        update["seconds_remaining"] = round(left) if left is not None else None
    step = update.get("step", training.step)
    update["progress"] = f"{step}/{training.total_steps}" if step is not None else None
    update["latest_run"] = times
    reported = training.model_copy(update=update)
    return reported if reported == training else reported.model_copy(update={"progress_time": now})


def _rounded(number: float | None) -> float | None:
    """Round to four digits: the log has the rest. None if not finite, because JSON has no NaN."""
    return float(f"{number:.4g}") if number is not None and math.isfinite(number) else None

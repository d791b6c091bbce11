"""Takes over into the status what the runs tell. Doing it again with the same runs changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from detector_operator.api import LatestRun, RunEnd, Status, Stop, TrainingStatus, ValidationStatus
from detector_operator.policies import failure_reasons, retries
from detector_operator.reconcile.runs import Run, RunKind, RunState, Why, run_key, run_name
from detector_operator.reconcile.situation import Situation, with_status
from detector_trainer.contract import Verdict, reasons


class _Counted(TypedDict, total=False):
    """Fields of a status."""

    attempt: int
    counted: int
    counted_time: datetime


def gather(situation: Situation) -> Situation:
    """Return the situation with the facts of its runs in the status."""
    situation = with_status(situation, _of_this_generation(situation))
    lost = [run for kind in RunKind for run in _lost(situation, kind)]
    situation = replace(situation, runs=(*situation.runs, *lost))
    situation = with_status(situation, situation.status.model_copy(update={"validation": _validation(situation)}))
    situation = with_status(situation, _training(situation))
    return with_status(situation, situation.status.model_copy(update={"stops": _stops(situation)}))


def _of_this_generation(situation: Situation) -> Status:
    """Return the status; for a new generation one that keeps nothing but the numbers of the runs, for the names of the next."""
    status = situation.status
    if status.spec_generation == situation.generation:
        return status
    validations, trainings = (_newest_before(situation, kind) for kind in RunKind)
    return Status(
        observed_generation=situation.observed_generation,
        spec_generation=situation.generation,
        conditions=status.conditions,
        validation=ValidationStatus(**_counted(validations, situation.timer.now)),
        training=TrainingStatus(total_steps=situation.spec.num_steps, **_counted(trainings, situation.timer.now)),
        stops=status.stops,
    )


def _counted(attempt: int, now: datetime) -> _Counted:
    """Return the fields of a status in which the ends of all runs up to this one are recorded."""
    return {"attempt": attempt, "counted": attempt, "counted_time": now} if attempt else {}


def _newest_before(situation: Situation, kind: RunKind) -> int:
    known = situation.recorded(kind).attempt
    earlier = [run.attempt for run in situation.runs if run.kind is kind and run.generation != situation.generation]
    return max([known, *earlier])


def _lost(situation: Situation, kind: RunKind) -> tuple[Run, ...]:
    """Return the newest run that was seen, if nothing of it is left and its end was not counted: it was stopped or deleted."""
    known = situation.recorded(kind)
    present = (run.attempt for run in situation.runs if run.kind is kind)
    if known.attempt <= (known.counted or 0) or known.attempt in present:
        return ()
    name = run_name(situation.name, kind, known.attempt)
    stop = situation.status.stop(run_key(kind, known.attempt))
    why = Why(reasons.JOB_DELETED, f"Job {name} was deleted.", "To stop a training, set spec.suspend.")
    return (
        Run(
            kind=kind,
            attempt=known.attempt,
            generation=situation.generation,
            state=RunState.ENDED,
            stop_reason=stop.reason if stop is not None else None,
            cause=why if stop is None else None,
        ),
    )


def _validation(situation: Situation) -> ValidationStatus:
    known = situation.validation
    for run in situation.of_this_generation(RunKind.VALIDATION):
        if run.attempt <= (known.counted or 0):
            continue
        known = known.model_copy(
            update={
                "attempt": max(known.attempt, run.attempt),
                "latest_run": _latest(known.latest_run, run, situation.timer.now),
                "end": None,
            }
        )
        if not run.live:
            known = _ended_validation(known, run, situation.timer.now)
    if known.verdict is None and situation.spec.validation.policy == "Enforce" and _was_validated(situation):
        return known.model_copy(update={"verdict": Verdict.PASS, "end": None})
    return known


def _was_validated(situation: Situation) -> bool:
    """Return whether a training run exists that was only created because the validation let it.

    The operator may end between the creation of a Job and the writing of the status, and the verdict be lost with its pod.
    """
    run = situation.newest(RunKind.TRAINING)
    return run is not None and run.proves_verdict and run.attempt > (situation.training.counted or 0)


def _ended_validation(known: ValidationStatus, run: Run, now: datetime) -> ValidationStatus:
    summary = run.message.validation if run.message is not None else None
    if summary is None:
        end = retries.end_of_validation(run)
        crashed, interrupted = end is RunEnd.FAILED, end in (RunEnd.INTERRUPTED, RunEnd.BLOCKED)
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


def _training(situation: Situation) -> Status:
    status, training = situation.status, situation.training
    training = training.model_copy(update={"total_steps": situation.spec.num_steps})
    failure = status.failure
    for run in situation.of_this_generation(RunKind.TRAINING):
        if run.attempt <= (training.counted or 0):
            continue
        training = _progress(training, run, situation.timer.now)
        training = training.model_copy(update={"attempt": max(training.attempt, run.attempt), "end": None, "blocked_by": None})
        if run.live:
            continue
        granted = retries.grant(run, training, situation.spec)
        if granted is None:
            break
        if run.stop_reason is None and granted.end is not RunEnd.BLOCKED:
            failure = failure_reasons.failure_of(run, situation.run_name(run))
        training = granted.model_copy(update={"counted_time": situation.timer.now})
    return status.model_copy(update={"training": training, "failure": failure})


def _stops(situation: Situation) -> list[Stop]:
    """Return the stops of runs whose end is not recorded yet."""
    known = {run_key(kind, attempt) for kind, attempt in _unrecorded(situation)}
    return [stop for stop in situation.status.stops if stop.run in known]


def _unrecorded(situation: Situation) -> Iterable[tuple[RunKind, int]]:
    for run in situation.runs:
        counted = situation.recorded(run.kind).counted
        current = run.generation == situation.generation
        if run.live or (current and run.attempt > (counted or 0)):
            yield run.kind, run.attempt


def _latest(known: LatestRun | None, run: Run, now: datetime) -> LatestRun:
    """Return when a run was first observed in each state. One whose pod lost its place in a queue begins again."""
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
    """Return the newest numbers that a run has reported; those it has not reported stay."""
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
        # An operator that has just started has not read the log of a run.
        left = run.progress.seconds_remaining if run.progress is not None and run.live and run.stop_reason is None else None
        update["seconds_remaining"] = round(left) if left is not None else None
    step = update.get("step", training.step)
    update["progress"] = f"{step}/{training.total_steps}" if step is not None else None
    update["latest_run"] = times
    reported = training.model_copy(update=update)
    return reported if reported == training else reported.model_copy(update={"progress_time": now})


def _rounded(number: float | None) -> float | None:
    """Four digits: the log has the rest. JSON has no NaN."""
    return float(f"{number:.4g}") if number is not None and math.isfinite(number) else None

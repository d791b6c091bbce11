"""Starts the training, follows it, and starts it again after what may pass."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.policies.failure_reasons import failure_of
from detector_operator.policies.retries import Ending, ending
from detector_operator.reconcile.actions import StartTraining
from detector_operator.reconcile.runs import Run, RunKind, RunState, run_name
from detector_operator.reconcile.situation import Outcome, Situation, wait_for, worth_telling_at
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome:
    """Queued or Training. The last in the chain: it always answers."""
    run = situation.newest(RunKind.TRAINING)
    if run is None or run.attempt < situation.training.attempt:
        return _anew(situation)
    if not run.live:
        return _again(situation, run)
    name = situation.run_name(run)
    if run.stop_reason is not None:
        return Outcome(phase=Phase.QUEUED, reason=reasons.WAITING, message=f"Waiting for {name} to stop.")
    later = worth_telling_at(run, situation.now)
    if run.waiting is not None and later is None:
        return wait_for(run.waiting, Phase.QUEUED)
    if run.state is RunState.PENDING:
        return Outcome(phase=Phase.QUEUED, reason=reasons.QUEUED, message=_waits(name), wake_at=later)
    return Outcome(phase=Phase.TRAINING, reason=reasons.TRAINING, message=f"{name} is training.")


def _anew(situation: Situation) -> Outcome:
    """The first run, or the one after a run that someone deleted."""
    failure = situation.status.failure
    if failure is None or failure.reason != reasons.JOB_DELETED:
        name = run_name(situation.name, RunKind.TRAINING, situation.next_attempt(RunKind.TRAINING))
        return _start(situation, reasons.QUEUED, _waits(name))
    return _start(situation, reasons.RETRYING, f"{failure.message} {_goes_on(situation)}.")


def _waits(name: str) -> str:
    return f"{name} waits to be started."


def _goes_on(situation: Situation) -> str:
    saved = situation.training.last_checkpoint_step
    return f"Goes on from the checkpoint of step {saved}" if saved is not None else "Starts again"


def _start(situation: Situation, reason: str, message: str) -> Outcome:
    attempt = situation.next_attempt(RunKind.TRAINING)
    return Outcome(phase=Phase.QUEUED, reason=reason, message=message, actions=(StartTraining(attempt),))


def _again(situation: Situation, run: Run) -> Outcome:
    """The next run, when the wait is over. After an interruption too: the scheduler is not to be
    asked without end for a place that is always taken away again."""
    failed = ending(run) is Ending.MAY_PASS
    goes_on = _goes_on(situation)
    limit = f" (restart {situation.training.restarts} of {situation.spec.retries})" if failed else ""
    message = f"{failure_of(run, situation.run_name(run)).message} {goes_on}{limit}."
    if run.stop_reason is not None:
        return _start(situation, reasons.QUEUED, f"{goes_on}.")
    times = situation.training.restarts if failed else situation.training.preemptions_in_a_row
    start = situation.next_start(run, failures=times or 1)
    if situation.now >= start:
        return _start(situation, reasons.RETRYING, message)
    return Outcome(phase=Phase.QUEUED, reason=reasons.RETRYING, message=message, wake_at=start)

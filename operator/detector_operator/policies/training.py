"""Starts the training, follows it, and starts it again after what may pass."""

from __future__ import annotations

from detector_operator.api import Phase, RunEnd
from detector_operator.policies.unobserved import log_unavailable, training_message, unavailable
from detector_operator.reconcile.actions import CreateConfigMap, StartTraining
from detector_operator.reconcile.runs import RunKind, RunState, Why, run_name
from detector_operator.reconcile.situation import Outcome, Situation, reported_wait, stop, wait_for
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome:
    """Queued, Starting or Training. The last in the chain: it always answers."""
    run = situation.newest(RunKind.TRAINING)
    if run is None or not run.live:
        return _first(situation) if situation.training.end is None else _again(situation, situation.training.end)
    # The end of a run may be recorded before its Job reports it. A queue that suspends the Job then resumes it with a new pod.
    counted = run.attempt <= (situation.training.counted or 0)
    if run.stop_reason is not None or counted:
        actions = () if run.stopping else (stop(run, reasons.RETRYING),)
        message = situation.waiting_to_stop((run,))
        return Outcome(phase=Phase.QUEUED, reason=reasons.WAITING, message=message, actions=actions)
    phase = _PHASES[run.state]
    wait = reported_wait(situation, run)
    if wait is not None:
        # One that had started and is being taken away, or whose node is silent, is not known to train.
        waits_in = Phase.QUEUED if run.state is RunState.RUNNING else phase
        return with_config_map(situation, wait_for(wait, waits_in), wait)
    name = situation.run_name(run)
    if run.state is RunState.PENDING:
        return Outcome(phase=phase, reason=reasons.QUEUED, message=waiting_to_start(name))
    if run.state is RunState.STARTING:
        return Outcome(phase=phase, reason=reasons.STARTING, message=f"Starting (Job {name}, pod {run.pod} on node {run.node}).")
    if log_unavailable(situation, run):
        return unavailable(name, run)
    return Outcome(phase=phase, reason=reasons.TRAINING, message=training_message(name))


_PHASES = {RunState.PENDING: Phase.QUEUED, RunState.STARTING: Phase.STARTING, RunState.RUNNING: Phase.TRAINING}


def with_config_map(situation: Situation, outcome: Outcome, wait: Why) -> Outcome:
    """Return the outcome; where the run waits for the ConfigMap of the inline config, that is created again."""
    if wait.reason != reasons.CONFIG_MAP_NOT_FOUND or situation.spec.pipeline_config.inline is None:
        return outcome
    return outcome.doing(CreateConfigMap())


def waiting_to_start(name: str) -> str:
    """Return what is reported of a Job whose pod has not started."""
    return f"Waiting for Job {name} to start."


def _first(situation: Situation) -> Outcome:
    name = run_name(situation.name, RunKind.TRAINING, situation.next_attempt(RunKind.TRAINING))
    return _start(situation, reasons.QUEUED, waiting_to_start(name))


def _resuming(situation: Situation) -> str:
    saved = situation.training.last_checkpoint_step
    return f"Resuming from the checkpoint at step {saved}" if saved is not None else "Starting again"


def _start(situation: Situation, reason: str, message: str) -> Outcome:
    attempt = situation.next_attempt(RunKind.TRAINING)
    return Outcome(phase=Phase.QUEUED, reason=reason, message=message, actions=(StartTraining(attempt),))


def _again(situation: Situation, end: RunEnd) -> Outcome:
    """Start the next run when the backoff is over. After an interruption too: the scheduler is not to be asked without end for
    a place that is always taken away again. Everything is in the status: the Job of the run that ended may be gone."""
    training, failure, resuming = situation.training, situation.status.failure, _resuming(situation)
    in_a_row = training.preemptions_in_a_row or 1
    if end is RunEnd.BLOCKED:
        holder = training.blocked_by or f"Something else trains in {situation.spec.model_dir}."
        blocked = wait_for(Why(reasons.MODEL_DIR_IN_USE, holder), Phase.QUEUED)
        return _after_backoff(situation, blocked, failures=in_a_row)
    if end is RunEnd.STOPPED or failure is None:
        return _start(situation, reasons.QUEUED, f"{resuming}.")
    failed = end is RunEnd.FAILED
    limit = f" (restart {training.restarts} of {situation.spec.retries})" if failed else ""
    again = Outcome(phase=Phase.QUEUED, reason=reasons.RETRYING, message=f"{failure.message} {resuming}{limit}.")
    return _after_backoff(situation, again, failures=training.restarts if failed else in_a_row)


def _after_backoff(situation: Situation, outcome: Outcome, *, failures: int) -> Outcome:
    times = situation.training.latest_run
    if not situation.may_start_after(times.end_time if times is not None else None, failures=failures):
        return outcome
    return outcome.doing(StartTraining(situation.next_attempt(RunKind.TRAINING)))

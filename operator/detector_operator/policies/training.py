"""Start the training, follow it, and restart it after a failure or an interruption."""

from __future__ import annotations

from detector_operator.api import Phase, RetryClass
from detector_operator.policies.fresh_read import log_unavailable, log_unavailable_result, training_message
from detector_operator.reconcile.actions import CreateConfigMap, StartTraining
from detector_operator.reconcile.context import PolicyResult, ReconcileContext, pending_reason, stop_run, waiting_result
from detector_operator.reconcile.runs import ConditionReason, RunKind, RunState, run_name
from detector_trainer.contract import reasons


def policy(context: ReconcileContext) -> PolicyResult:
    """Start or follow the newest run. The last policy in the chain: it always returns a result."""
    run = context.newest(RunKind.TRAINING)
    if run is None or not run.live:
        return _start_first(context) if context.training.end is None else _restart(context, context.training.end)
    # The end of a run may be recorded before its Job reports it. If a queue suspends that Job, it resumes with a new pod.
    counted = run.attempt <= (context.training.counted or 0)
    if run.stop_reason is not None or counted:
        actions = () if run.stopping else (stop_run(run, reasons.RETRYING),)
        message = context.stop_message((run,))
        return PolicyResult(phase=Phase.QUEUED, reason=reasons.WAITING, message=message, actions=actions)
    phase = _PHASES[run.state]
    pending = pending_reason(context, run)
    if pending is not None:
        # A pod that had started and is terminating, or whose node is not ready, is not known to train.
        phase = Phase.QUEUED if run.state is RunState.RUNNING else phase
        return with_config_map(context, waiting_result(pending, phase), pending)
    name = context.run_name(run)
    if run.state is RunState.PENDING:
        return PolicyResult(phase=phase, reason=reasons.QUEUED, message=start_message(name))
    if run.state is RunState.STARTING:
        message = f"Starting (Job {name}, pod {run.pod} on node {run.node})."
        return PolicyResult(phase=phase, reason=reasons.STARTING, message=message)
    if log_unavailable(context, run):
        return log_unavailable_result(name, run)
    return PolicyResult(phase=phase, reason=reasons.TRAINING, message=training_message(name))


_PHASES = {RunState.PENDING: Phase.QUEUED, RunState.STARTING: Phase.STARTING, RunState.RUNNING: Phase.TRAINING}


def with_config_map(context: ReconcileContext, result: PolicyResult, pending: ConditionReason) -> PolicyResult:
    """Return the result, with an action that recreates the ConfigMap of the inline config if the run waits for it."""
    if pending.reason != reasons.CONFIG_MAP_NOT_FOUND or context.spec.pipeline_config.inline is None:
        return result
    return result.with_actions(CreateConfigMap())


def start_message(name: str) -> str:
    """Return the message for a Job whose pod has not started."""
    return f"Waiting for Job {name} to start."


def _start_first(context: ReconcileContext) -> PolicyResult:
    name = run_name(context.name, RunKind.TRAINING, context.next_attempt(RunKind.TRAINING))
    return _start(context, reasons.QUEUED, start_message(name))


def _resume_message(context: ReconcileContext) -> str:
    saved = context.training.last_checkpoint_step
    return f"Resuming from the checkpoint at step {saved}" if saved is not None else "Starting from scratch"


def _start(context: ReconcileContext, reason: str, message: str) -> PolicyResult:
    attempt = context.next_attempt(RunKind.TRAINING)
    return PolicyResult(phase=Phase.QUEUED, reason=reason, message=message, actions=(StartTraining(attempt),))


def _restart(context: ReconcileContext, end: RetryClass) -> PolicyResult:
    """Start the next run when the backoff is over, also after an interruption: a pod that is preempted again and again must not
    keep the scheduler busy. Reads only the status: the Job of the ended run may no longer exist."""
    training, failure, resume = context.training, context.status.failure, _resume_message(context)
    in_a_row = training.preemptions_in_a_row or 1
    if end is RetryClass.BLOCKED:
        message = training.blocked_by or f"Another training uses {context.spec.model_dir}."
        blocked = waiting_result(ConditionReason(reasons.MODEL_DIR_IN_USE, message), Phase.QUEUED)
        return _after_backoff(context, blocked, failures=in_a_row)
    if end is RetryClass.STOPPED or failure is None:
        return _start(context, reasons.QUEUED, f"{resume}.")
    failed = end is RetryClass.FAILED
    count = f" (restart {training.restarts} of {context.spec.retries})" if failed else ""
    retrying = PolicyResult(phase=Phase.QUEUED, reason=reasons.RETRYING, message=f"{failure.message} {resume}{count}.")
    return _after_backoff(context, retrying, failures=training.restarts if failed else in_a_row)


def _after_backoff(context: ReconcileContext, result: PolicyResult, *, failures: int) -> PolicyResult:
    times = context.training.latest_run
    if not context.backoff_is_over(times.end_time if times is not None else None, failures=failures):
        return result
    return result.with_actions(StartTraining(context.next_attempt(RunKind.TRAINING)))

"""spec.validation: nothing trains before the verdict. The policy is Enforce, Warn or Skip."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from detector_operator.api import FailureStatus, Phase, RetryClass
from detector_operator.policies.training import start_message, with_config_map
from detector_operator.reconcile.actions import StartValidation, StopRun
from detector_operator.reconcile.context import (
    PolicyResult,
    ReconcileContext,
    failed_result,
    pending_reason,
    stop_run,
    waiting_result,
)
from detector_operator.reconcile.run_failure import TRY_AGAIN, failure_of
from detector_operator.reconcile.runs import Run, RunKind, RunState, run_name
from detector_operator.reconcile.validated_condition import first_error, no_verdict_message
from detector_trainer.contract import Verdict, reasons


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Validate the inputs, and reject those that will not train. None once the training may start."""
    mode, known = context.spec.validation.policy, context.validation
    enforced = mode == "Enforce"
    if mode == "Skip" or known.verdict is Verdict.PASS:
        return None
    if known.verdict is Verdict.REJECT:
        return failed_result(first_error(known), Phase.REJECTED) if enforced else None
    trained = context.newest(RunKind.TRAINING)
    if not enforced and trained is not None and trained.proves_verdict:
        return None  # it is already training, and the verdict was lost
    run = context.newest(RunKind.VALIDATION)
    if run is not None and run.live:
        return _follow(context, run)
    if known.end is None or known.end is RetryClass.STOPPED:
        return _start(context)
    if known.end in (RetryClass.FINAL, RetryClass.TIMED_OUT) or (
        known.end is RetryClass.FAILED and (known.crashes or 0) > context.spec.retries
    ):
        return failed_result(_no_verdict(context, run)) if enforced else None
    return _retry(context, run)


def _start(context: ReconcileContext) -> PolicyResult:
    attempt = context.next_attempt(RunKind.VALIDATION)
    message = start_message(run_name(context.name, RunKind.VALIDATION, attempt))
    return PolicyResult(phase=Phase.VALIDATING, reason=reasons.WAITING, message=message, actions=(StartValidation(attempt),))


def _follow(context: ReconcileContext, run: Run) -> PolicyResult:
    name = context.run_name(run)
    if run.stop_reason is not None:
        actions = () if run.stopping else (stop_run(run, run.stop_reason),)
        message = context.stop_message((run,))
        return PolicyResult(phase=Phase.VALIDATING, reason=reasons.WAITING, message=message, actions=actions)
    pending = pending_reason(context, run)
    if pending is not None:
        return with_config_map(context, waiting_result(pending, Phase.VALIDATING), pending)
    started = context.latest_run(run).running_time
    if started is not None and context.timer.reached(started + timedelta(seconds=context.spec.validation.timeout_seconds)):
        return _time_out(context, run)
    if run.state is not RunState.RUNNING:
        return PolicyResult(phase=Phase.VALIDATING, reason=reasons.WAITING, message=start_message(name))
    return PolicyResult(phase=Phase.VALIDATING, reason=reasons.VALIDATING, message=f"Validating inputs (Job {name}).")


def _time_out(context: ReconcileContext, run: Run) -> PolicyResult:
    enforced = context.spec.validation.policy == "Enforce"
    failure = _timeout_failure(context, run)
    return PolicyResult(
        phase=Phase.FAILED if enforced else Phase.VALIDATING,
        reason=failure.reason,
        message=failure.message,
        actions=(StopRun(run, reasons.VALIDATION_TIMED_OUT),),
        failure=failure if enforced else None,
    )


def _retry(context: ReconcileContext, run: Run | None) -> PolicyResult:
    """Validate again, after a backoff."""
    known = context.validation
    times = known.crashes if known.end is RetryClass.FAILED else known.interruptions
    ended = known.latest_run.end_time if known.latest_run is not None else None
    failure = _no_verdict(context, run)
    if context.backoff_is_over(ended, failures=times or 1):
        return replace(_start(context), failure=failure)
    message = f"{failure.message} The inputs will be validated again."
    return PolicyResult(phase=Phase.VALIDATING, reason=reasons.RETRYING, message=message, failure=failure)


def _no_verdict(context: ReconcileContext, run: Run | None) -> FailureStatus:
    """Return why there is no verdict. It is read from the status once the run no longer exists."""
    known = context.status.failure
    if run is None or run.stop_reason is not None or run.attempt != context.validation.attempt:
        timed_out = context.validation.end is RetryClass.TIMED_OUT
        if timed_out and (known is None or known.reason != reasons.VALIDATION_TIMED_OUT):
            return _timeout_failure(context, run)
        name = run_name(context.name, RunKind.VALIDATION, context.validation.attempt)
        return known or FailureStatus(reason=reasons.VALIDATION_FAILED, message=no_verdict_message(name))
    deleted = run.cause is not None and run.cause.reason == reasons.JOB_DELETED
    if deleted and known is not None and known.pod is not None and known.pod == run.pod:
        return known  # its Job was deleted after its end was recorded
    found = failure_of(run, context.run_name(run))
    reason = run.cause.reason if run.cause is not None else reasons.VALIDATION_FAILED
    return found.model_copy(update={"reason": reason, "log_tail": list(run.log_tail)})


def _timeout_failure(context: ReconcileContext, run: Run | None) -> FailureStatus:
    seconds = context.spec.validation.timeout_seconds
    name = run_name(context.name, RunKind.VALIDATION, context.validation.attempt)
    return FailureStatus(
        reason=reasons.VALIDATION_TIMED_OUT,
        message=f"Validation (Job {name}) was not complete after {seconds} s (spec.validation.timeoutSeconds).",
        hint=f"Raise spec.validation.timeoutSeconds, or give spec.validation.resources more CPU; {TRY_AGAIN}.",
        pod=run.pod if run is not None else None,
        node=run.node if run is not None else None,
        log_tail=list(run.log_tail) if run is not None else [],
    )

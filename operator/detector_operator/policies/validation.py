"""spec.validation: nothing trains before the verdict. Enforce, Warn or Skip."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from detector_operator.api import FailureStatus, Phase, RunEnd
from detector_operator.policies.failure_reasons import TRY_AGAIN, failure_of
from detector_operator.policies.training import waiting_to_start, with_config_map
from detector_operator.reconcile.actions import StartValidation, StopRun
from detector_operator.reconcile.runs import Run, RunKind, RunState, run_name
from detector_operator.reconcile.situation import Outcome, Situation, reported_wait, stop, wait_for
from detector_trainer.contract import Severity, Verdict, reasons


def policy(situation: Situation) -> Outcome | None:
    """Validate, and reject what will not train. None once the training may start."""
    wanted, known = situation.spec.validation.policy, situation.validation
    enforced = wanted == "Enforce"
    if wanted == "Skip" or known.verdict is Verdict.PASS:
        return None
    if known.verdict is Verdict.REJECT:
        return _rejected(situation) if enforced else None
    trained = situation.newest(RunKind.TRAINING)
    if not enforced and trained is not None and trained.proves_verdict:
        return None  # it trains already, and its verdict was lost
    run = situation.newest(RunKind.VALIDATION)
    if run is not None and run.live:
        return _follow(situation, run)
    if known.end is None or known.end is RunEnd.STOPPED:
        return _start(situation)
    if known.end in (RunEnd.FINAL, RunEnd.TIMED_OUT) or (
        known.end is RunEnd.FAILED and (known.crashes or 0) > situation.spec.retries
    ):
        return _failed(_without_verdict(situation, run)) if enforced else None
    return _again(situation, run)


def condition(situation: Situation) -> tuple[Literal["True", "False", "Unknown"], str, str]:
    """Status, reason and message of the condition Validated."""
    known, run = situation.validation, situation.newest(RunKind.VALIDATION)
    if situation.spec.validation.policy == "Skip":
        return "Unknown", reasons.VALIDATION_SKIPPED, "spec.validation.policy is Skip."
    if known.verdict is Verdict.PASS and known.errors is None:
        return "True", reasons.VALIDATION_PASSED, "Validated before the Job of the training was created."
    if known.verdict is Verdict.PASS:
        records = f"{known.records:,} records, " if known.records is not None else ""
        return (
            "True",
            reasons.VALIDATION_PASSED,
            f"Validation passed: {records}0 errors, {_counted(known.warnings or 0, 'warning')}.",
        )
    if known.verdict is Verdict.REJECT:
        return "False", reasons.VALIDATION_REJECTED, _first_error(situation).message
    if known.end in (RunEnd.FINAL, RunEnd.TIMED_OUT, RunEnd.FAILED) and (run is None or not run.live):
        name = run_name(situation.name, RunKind.VALIDATION, known.attempt)
        return "False", reasons.VALIDATION_FAILED, f"Validation (Job {name}) ended without a verdict."
    return "Unknown", reasons.VALIDATING, "The inputs are being validated."


def _start(situation: Situation) -> Outcome:
    attempt = situation.next_attempt(RunKind.VALIDATION)
    message = waiting_to_start(run_name(situation.name, RunKind.VALIDATION, attempt))
    return Outcome(phase=Phase.VALIDATING, reason=reasons.WAITING, message=message, actions=(StartValidation(attempt),))


def _follow(situation: Situation, run: Run) -> Outcome:
    name = situation.run_name(run)
    if run.stop_reason is not None:
        actions = () if run.stopping else (stop(run, run.stop_reason),)
        message = situation.waiting_to_stop((run,))
        return Outcome(phase=Phase.VALIDATING, reason=reasons.WAITING, message=message, actions=actions)
    wait = reported_wait(situation, run)
    if wait is not None:
        return with_config_map(situation, wait_for(wait, Phase.VALIDATING), wait)
    started = situation.latest_run(run).running_time
    if started is not None and situation.timer.reached(started + timedelta(seconds=situation.spec.validation.timeout_seconds)):
        return _timed_out(situation, run)
    if run.state is not RunState.RUNNING:
        return Outcome(phase=Phase.VALIDATING, reason=reasons.WAITING, message=waiting_to_start(name))
    return Outcome(phase=Phase.VALIDATING, reason=reasons.VALIDATING, message=f"Validating inputs (Job {name}).")


def _timed_out(situation: Situation, run: Run) -> Outcome:
    enforced = situation.spec.validation.policy == "Enforce"
    failure = _timeout(situation, run)
    return Outcome(
        phase=Phase.FAILED if enforced else Phase.VALIDATING,
        reason=failure.reason,
        message=failure.message,
        actions=(StopRun(run, reasons.VALIDATION_TIMED_OUT),),
        failure=failure if enforced else None,
    )


def _again(situation: Situation, run: Run | None) -> Outcome:
    """Validate again, after a backoff."""
    known = situation.validation
    times = known.crashes if known.end is RunEnd.FAILED else known.interruptions
    ended = known.latest_run.end_time if known.latest_run is not None else None
    failure = _without_verdict(situation, run)
    if situation.may_start_after(ended, failures=times or 1):
        return replace(_start(situation), failure=failure)
    message = f"{failure.message} The inputs are validated again."
    return Outcome(phase=Phase.VALIDATING, reason=reasons.RETRYING, message=message, failure=failure)


def _rejected(situation: Situation) -> Outcome:
    failure = _first_error(situation)
    return Outcome(phase=Phase.REJECTED, reason=failure.reason, message=failure.message, failure=failure)


def _first_error(situation: Situation) -> FailureStatus:
    known = situation.validation
    errors = [finding for finding in known.findings if finding.severity is Severity.ERROR]
    if not errors:
        return FailureStatus(reason=reasons.VALIDATION_REJECTED, message="Validation failed; see the report.")
    first, count = errors[0], known.errors or len(errors)
    place = f"{first.where}: " if str(first.where) else ""
    more = f" And {_counted(count - 1, 'more error')}." if count > 1 else ""
    return FailureStatus(reason=reasons.VALIDATION_REJECTED, message=f"{place}{first.message}{more}", hint=first.hint or None)


def _without_verdict(situation: Situation, run: Run | None) -> FailureStatus:
    """Return why there is no verdict. Once nothing is left of the run, the status knows."""
    known = situation.status.failure
    if run is None or run.stop_reason is not None or run.attempt != situation.validation.attempt:
        name = run_name(situation.name, RunKind.VALIDATION, situation.validation.attempt)
        lost = FailureStatus(reason=reasons.VALIDATION_FAILED, message=f"Validation (Job {name}) ended without a verdict.")
        timed_out = situation.validation.end is RunEnd.TIMED_OUT
        if timed_out and (known is None or known.reason != reasons.VALIDATION_TIMED_OUT):
            return _timeout(situation, run)
        return known or lost
    found = failure_of(run, situation.run_name(run))
    reason = run.cause.reason if run.cause is not None else reasons.VALIDATION_FAILED
    return found.model_copy(update={"reason": reason, "log_tail": list(run.log_tail)})


def _timeout(situation: Situation, run: Run | None) -> FailureStatus:
    seconds = situation.spec.validation.timeout_seconds
    name = run_name(situation.name, RunKind.VALIDATION, situation.validation.attempt)
    return FailureStatus(
        reason=reasons.VALIDATION_TIMED_OUT,
        message=f"Validation (Job {name}) was not complete after {seconds} s (spec.validation.timeoutSeconds).",
        hint=f"Raise spec.validation.timeoutSeconds, or give spec.validation.resources more CPU; {TRY_AGAIN}.",
        pod=run.pod if run is not None else None,
        node=run.node if run is not None else None,
        log_tail=list(run.log_tail) if run is not None else [],
    )


def _failed(failure: FailureStatus) -> Outcome:
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)


def _counted(number: int | None, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

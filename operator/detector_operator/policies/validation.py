"""spec.validation: nothing trains before the verdict. Enforce, Warn or Skip."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from detector_operator.api import FailureStatus, Phase
from detector_operator.policies.failure_reasons import failure_of
from detector_operator.policies.retries import Ending, ending
from detector_operator.reconcile.actions import StartValidation, StopRun
from detector_operator.reconcile.runs import Run, RunKind, RunState, run_name
from detector_operator.reconcile.situation import Outcome, Situation, started, wait_for, worth_telling_at
from detector_trainer.contract import Severity, Verdict, reasons

# `validate` says with these that it was started wrongly or has a bug: a second time would be the same.
FINAL_CODES = (0, 1, 2)


def policy(situation: Situation) -> Outcome | None:
    """Validates, and rejects what will not train. None once the training may start."""
    wanted, verdict = situation.spec.validation.policy, situation.validation.verdict
    run = situation.newest(RunKind.VALIDATION)
    if wanted == "Skip" or verdict is Verdict.PASS or _given_before(situation) is not None:
        return None
    if verdict is Verdict.REJECT:
        return _rejected(situation) if wanted == "Enforce" else None
    if run is None:
        return _start(situation)
    if run.live:
        return _follow(situation, run)
    if _timed_out(run):
        return _failed(_timeout(situation, run)) if wanted == "Enforce" else None
    return _again(situation, run) or (_failed(_broken(situation, run)) if wanted == "Enforce" else None)


def condition(situation: Situation) -> tuple[Literal["True", "False", "Unknown"], str, str]:
    """Status, reason and message of the condition Validated."""
    known, run = situation.validation, situation.newest(RunKind.VALIDATION)
    if situation.spec.validation.policy == "Skip":
        return "Unknown", reasons.VALIDATION_SKIPPED, "spec.validation.policy is Skip."
    if known.verdict is Verdict.PASS:
        warnings = f", {_counted(known.warnings, 'warning')}" if known.warnings else ""
        records = f"{known.records:,} records, " if known.records is not None else ""
        return "True", reasons.VALIDATION_PASSED, f"It will train: {records}no error{warnings}."
    if known.verdict is Verdict.REJECT:
        return "False", reasons.VALIDATION_REJECTED, _first_error(situation).message
    if (proof := _given_before(situation)) is not None and situation.spec.validation.policy == "Enforce":
        return "True", reasons.VALIDATION_PASSED, f"It passed before {situation.run_name(proof)} was created."
    if run is not None and not run.live and ending(run) is not Ending.INTERRUPTED:
        return "False", reasons.VALIDATION_FAILED, f"{situation.run_name(run)} ended without a verdict."
    return "Unknown", reasons.VALIDATING, "The inputs are being checked."


def _given_before(situation: Situation) -> Run | None:
    """A run that was only created because the validation let it, should the verdict itself be lost with its pod.

    The operator may end between the creation of a Job and the writing of the status.
    """
    run = situation.newest(RunKind.TRAINING) if situation.validation.verdict is None else None
    return run if run is not None and run.proves_verdict else None


def _start(situation: Situation) -> Outcome:
    attempt = situation.next_attempt(RunKind.VALIDATION)
    message = _waits(run_name(situation.name, RunKind.VALIDATION, attempt))
    return Outcome(phase=Phase.VALIDATING, reason=reasons.WAITING, message=message, actions=(StartValidation(attempt),))


def _waits(name: str) -> str:
    return f"{name} waits to be started."


def _checking(name: str) -> str:
    return f"{name} checks the inputs."


def _follow(situation: Situation, run: Run) -> Outcome:
    name = situation.run_name(run)
    later = worth_telling_at(run, situation.now)
    if run.waiting is not None and later is None:
        return wait_for(run.waiting, Phase.VALIDATING)
    end = started(run, situation.now) + timedelta(seconds=situation.spec.validation.timeout_seconds)
    if situation.now >= end:
        failure = _timeout(situation, run)
        enforced = situation.spec.validation.policy == "Enforce"
        return Outcome(
            phase=Phase.FAILED if enforced else Phase.VALIDATING,
            reason=failure.reason,
            message=failure.message,
            actions=() if run.stop_reason else (StopRun(run, reasons.VALIDATION_TIMED_OUT),),
            failure=failure if enforced else None,
        )
    if run.state is RunState.PENDING:
        return Outcome(phase=Phase.VALIDATING, reason=reasons.WAITING, message=_waits(name), wake_at=later)
    return Outcome(phase=Phase.VALIDATING, reason=reasons.VALIDATING, message=_checking(name), wake_at=end)


def _timed_out(run: Run) -> bool:
    return run.stop_reason == reasons.VALIDATION_TIMED_OUT


def _again(situation: Situation, run: Run) -> Outcome | None:
    """Another try of a validation that gave no verdict, while there is one left. Interruptions are not counted."""
    if run.stop_reason is not None:
        return _start(situation)
    interrupted, interruptions, crashes = ending(run) is Ending.INTERRUPTED, _interruptions(situation), _crashes(situation)
    if not interrupted and (run.exit_code in FINAL_CODES or crashes > situation.spec.retries):
        return None
    start = situation.next_start(run, failures=interruptions if interrupted else crashes)
    failure = failure_of(run, situation.run_name(run))
    if situation.now >= start:
        return replace(_start(situation), failure=failure)
    message = f"{failure.message} The inputs are checked again."
    return Outcome(phase=Phase.VALIDATING, reason=reasons.RETRYING, message=message, failure=failure, wake_at=start)


def _interruptions(situation: Situation) -> int:
    runs = situation.of_this_generation(RunKind.VALIDATION)
    return sum(not run.live and ending(run) is Ending.INTERRUPTED and run.stop_reason is None for run in runs)


def _crashes(situation: Situation) -> int:
    runs = situation.of_this_generation(RunKind.VALIDATION)
    return sum(not run.live and ending(run) is not Ending.INTERRUPTED for run in runs)


def _rejected(situation: Situation) -> Outcome:
    failure = _first_error(situation)
    return Outcome(phase=Phase.REJECTED, reason=failure.reason, message=failure.message, failure=failure)


def _first_error(situation: Situation) -> FailureStatus:
    known = situation.validation
    errors = [finding for finding in known.findings if finding.severity is Severity.ERROR]
    if not errors:
        return FailureStatus(reason=reasons.VALIDATION_REJECTED, message="It will not train; see the report.")
    first, count = errors[0], known.errors or len(errors)
    place = f"{first.where}: " if str(first.where) else ""
    more = f" And {_counted(count - 1, 'more error')}." if count > 1 else ""
    return FailureStatus(reason=reasons.VALIDATION_REJECTED, message=f"{place}{first.message}{more}", hint=first.hint or None)


def _broken(situation: Situation, run: Run) -> FailureStatus:
    found = failure_of(run, situation.run_name(run))
    reason = run.cause.reason if run.cause is not None else reasons.VALIDATION_FAILED
    return found.model_copy(update={"reason": reason, "log_tail": list(run.log_tail)})


def _timeout(situation: Situation, run: Run) -> FailureStatus:
    seconds = situation.spec.validation.timeout_seconds
    return FailureStatus(
        reason=reasons.VALIDATION_TIMED_OUT,
        message=f"{situation.run_name(run)} was not done after {seconds} s (spec.validation.timeoutSeconds).",
        hint="Raise spec.validation.timeoutSeconds, or give spec.validation.resources more CPU.",
        pod=run.pod,
        node=run.node,
        log_tail=list(run.log_tail),
    )


def _failed(failure: FailureStatus) -> Outcome:
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)


def _counted(number: int | None, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

"""Build the condition Validated from what the status knows of the validation."""

from __future__ import annotations

from typing import Literal

from detector_operator.api import FailureStatus, RetryClass, ValidationStatus
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import RunKind, run_name
from detector_trainer.contract import Severity, Verdict, reasons

ConditionStatus = Literal["True", "False", "Unknown"]


def validated_condition(context: ReconcileContext) -> tuple[ConditionStatus, str, str]:
    """Return status, reason and message of the condition Validated."""
    known, run = context.validation, context.newest(RunKind.VALIDATION)
    if context.spec.validation.policy == "Skip":
        return "Unknown", reasons.VALIDATION_SKIPPED, "spec.validation.policy is Skip."
    if known.verdict is Verdict.PASS and known.errors is None:
        return "True", reasons.VALIDATION_PASSED, "Validated before the Job of the training was created."
    if known.verdict is Verdict.PASS:
        records = f"{known.records:,} records, " if known.records is not None else ""
        message = f"Validation passed: {records}0 errors, {_plural(known.warnings or 0, 'warning')}."
        return "True", reasons.VALIDATION_PASSED, message
    if known.verdict is Verdict.REJECT:
        return "False", reasons.VALIDATION_REJECTED, first_error(known).message
    if known.end in (RetryClass.FINAL, RetryClass.TIMED_OUT, RetryClass.FAILED) and (run is None or not run.live):
        return "False", reasons.VALIDATION_FAILED, no_verdict_message(run_name(context.name, RunKind.VALIDATION, known.attempt))
    return "Unknown", reasons.VALIDATING, "The inputs are being validated."


def first_error(validation: ValidationStatus) -> FailureStatus:
    """Return the failure for a validation that rejected its inputs: the first error, and how many more there are."""
    errors = [finding for finding in validation.findings if finding.severity is Severity.ERROR]
    if not errors:
        return FailureStatus(reason=reasons.VALIDATION_REJECTED, message="Validation failed; see the report.")
    first, count = errors[0], validation.errors or len(errors)
    place = f"{first.where}: " if str(first.where) else ""
    more = f" And {_plural(count - 1, 'more error')}." if count > 1 else ""
    return FailureStatus(reason=reasons.VALIDATION_REJECTED, message=f"{place}{first.message}{more}", hint=first.hint or None)


def no_verdict_message(job: str) -> str:
    """Return the message for a validation that produced no verdict."""
    return f"Validation (Job {job}) ended without a verdict."


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

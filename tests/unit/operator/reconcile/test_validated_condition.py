"""The condition Validated: given what the status knows of the validation."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass, Status, ValidationStatus
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.timer import Timer
from detector_operator.reconcile.validated_condition import first_error, validated_condition
from detector_trainer.contract import Finding, Severity, Verdict, Where
from support.trainings import T0, training, validate_run

ERROR = Finding(
    code="label-map/reserved-id",
    severity=Severity.ERROR,
    message="Item 'cat' has id 0.",
    hint="Number the items from 1.",
    where=Where(file="labels.pbtxt", line=2),
)
WARNING = Finding(
    code="records/class-imbalance", severity=Severity.WARNING, message="1 of 12 boxes is a cat.", hint="Add images of cats."
)

# (what is known of the validation, status, reason, message)
KNOWN = {
    "nothing": ({}, "Unknown", "Validating", "The inputs are being validated."),
    "passed": (
        {"verdict": Verdict.PASS, "errors": 0, "warnings": 1, "records": 12345},
        *("True", "ValidationPassed", "Validation passed: 12,345 records, 0 errors, 1 warning."),
    ),
    "passed without a scan": (
        {"verdict": Verdict.PASS, "errors": 0, "warnings": 0},
        *("True", "ValidationPassed", "Validation passed: 0 errors, 0 warnings."),
    ),
    "passed, and the report was lost": (
        {"verdict": Verdict.PASS},
        *("True", "ValidationPassed", "Validated before the Job of the training was created."),
    ),
    "rejected": (
        {"verdict": Verdict.REJECT, "errors": 1, "findings": [ERROR]},
        *("False", "ValidationRejected", "labels.pbtxt:2: Item 'cat' has id 0."),
    ),
    "no verdict": (
        {"attempt": 2, "end": RetryClass.FINAL},
        *("False", "ValidationFailed", "Validation (Job pets-validate-2) ended without a verdict."),
    ),
    "interrupted": ({"attempt": 2, "end": RetryClass.INTERRUPTED}, "Unknown", "Validating", "The inputs are being validated."),
}


def condition(known, *runs, **spec):
    status = Status(validation=ValidationStatus(**known))
    return validated_condition(ReconcileContext("pets", 1, 1, training(**spec).spec, status, runs, Timer(T0)))


@pytest.mark.parametrize(("known", "status", "reason", "message"), KNOWN.values(), ids=KNOWN)
def test_each_condition(known, status, reason, message):
    assert condition(known) == (status, reason, message)


def test_a_validation_that_runs_again_has_not_failed():
    assert condition({"attempt": 2, "end": RetryClass.FAILED}, validate_run(3))[1] == "Validating"


def test_a_validation_that_is_skipped_is_unknown_whatever_was_found_before():
    assert condition({"verdict": Verdict.REJECT}, validation={"policy": "Skip"})[:2] == ("Unknown", "ValidationSkipped")


@pytest.mark.parametrize(("errors", "more"), [(1, ""), (2, " And 1 more error."), (3, " And 2 more errors.")])
def test_the_first_error_is_reported_with_the_number_of_the_others(errors, more):
    failure = first_error(ValidationStatus(errors=errors, findings=[WARNING, ERROR]))
    assert failure.message == f"labels.pbtxt:2: Item 'cat' has id 0.{more}"
    assert failure.hint == "Number the items from 1."


def test_a_rejection_without_findings_points_to_the_report():
    assert first_error(ValidationStatus()).message == "Validation failed; see the report."

"""How a failed run is described: by its termination message, otherwise by the cluster or its exit code."""

from __future__ import annotations

import signal

import pytest

from detector_operator.reconcile.run_failure import BY_EXIT_CODE, BY_SIGNAL, NOT_A_FAILURE, SEE_LOG, failure_of
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_trainer.contract import ExitCode, reasons
from support.trainings import at, termination_message, train_run


def failure(**facts):
    return failure_of(train_run(**facts), "pets-train-1")


def test_a_failure_tells_where_and_how_it_happened():
    found = failure(
        exit_code=70, progress=at(12), log_tail=("Traceback", "boom"), pod="pets-train-1-x", container="train", node="n1"
    )
    assert (found.pod, found.container, found.node) == ("pets-train-1-x", "train", "n1")
    assert (found.exit_code, found.step, found.log_tail) == (70, 12, ["Traceback", "boom"])
    assert found.message == "pets-train-1 ended with exit code 70 at step 12."
    assert found.hint == SEE_LOG


def test_a_failure_with_a_message_of_its_own_needs_no_log():
    found = failure(exit_code=74, message=termination_message("DiskFull", "No space left."), log_tail=("x",))
    assert (found.reason, found.message, found.hint, found.log_tail) == ("DiskFull", "No space left.", "Do this.", [])


@pytest.mark.parametrize("facts", [{"exit_code": 74}, {"exit_code": 65}, {"exit_code": 78}, {"state": RunState.ENDED}], ids=str)
def test_a_run_without_a_message_has_its_last_lines(facts):
    assert failure(log_tail=("Traceback", "boom"), **facts).log_tail == ["Traceback", "boom"]


def test_a_crash_that_was_not_classified_has_its_last_lines_although_it_left_a_message():
    assert failure(exit_code=70, message=termination_message(reasons.UNCLASSIFIED), log_tail=("boom",)).log_tail == ["boom"]


def test_a_kill_has_its_last_lines_although_a_message_was_written_before():
    assert failure(signal=9, message=termination_message(reasons.COMPLETED), log_tail=("boom",)).log_tail == ["boom"]


@pytest.mark.parametrize("reason", NOT_A_FAILURE)
def test_a_message_that_it_went_well_is_not_believed_after_a_crash(reason):
    assert failure(signal=11, message=termination_message(reason)).reason == reasons.KILLED_BY_SIGNAL


def test_the_messages_of_a_good_end():
    assert set(NOT_A_FAILURE) == {"Completed", "AlreadyComplete", "Stopped", "ValidationPassed"}


def test_its_own_message_comes_before_the_cause_that_a_cluster_reports():
    assert (
        failure(exit_code=65, message=termination_message("DataError"), cause=ConditionReason(reasons.PREEMPTED, "x")).reason
        == "DataError"
    )


def test_the_cause_that_a_cluster_reports_comes_before_the_signal():
    found = failure(signal=9, cause=ConditionReason(reasons.OOM_KILLED, "It needed more than 4Gi.", "Raise the limit."))
    assert (found.reason, found.message, found.hint) == (reasons.OOM_KILLED, "It needed more than 4Gi.", "Raise the limit.")
    assert found.signal == 9


@pytest.mark.parametrize("code", [code for code in ExitCode if code not in (ExitCode.DONE, ExitCode.CRASH)])
def test_every_exit_code_of_the_contract_has_a_reason(code):
    found = failure(exit_code=code)
    assert found.reason not in (reasons.UNCLASSIFIED, reasons.INTERRUPTED)
    assert (found.reason, BY_EXIT_CODE[code][1] in found.message, found.exit_code) == (BY_EXIT_CODE[code][0], True, code)
    assert f"(exit code {code.value})" in found.message


@pytest.mark.parametrize(
    ("number", "name"),
    [(4, "SIGILL"), (6, "SIGABRT"), (7, "SIGBUS"), (9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM"), (63, "signal 63")],
)
def test_a_signal_is_named(number, name):
    found = failure(signal=number, progress=at(12))
    assert found.message == f"pets-train-1 was killed by {name} at step 12."
    assert (found.reason, found.signal, found.exit_code) == (reasons.KILLED_BY_SIGNAL, number, None)
    assert found.hint == BY_SIGNAL.get(number, SEE_LOG)


@pytest.mark.parametrize(
    ("number", "about"),
    [
        (signal.SIGKILL, "memory"),
        (signal.SIGSEGV, "detector-training doctor"),
        (signal.SIGABRT, "logTail"),
        (signal.SIGILL, "instructions"),
        (signal.SIGBUS, "/dev/shm"),
    ],
)
def test_the_usual_cause_of_a_signal_is_in_the_hint(number, about):
    assert about in failure(signal=number).hint


def test_a_run_whose_end_nobody_saw_was_interrupted():
    found = failure(state=RunState.ENDED, progress=at(12))
    assert (found.reason, found.hint, found.exit_code, found.signal) == (reasons.INTERRUPTED, None, None, None)
    assert found.message.startswith("pets-train-1 ")
    assert " at step 12 " in found.message

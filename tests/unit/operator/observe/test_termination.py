"""Given the termination message of a container: our message, or the end of its log."""

from __future__ import annotations

import json

import pytest

from detector_operator.api import RetryClass
from detector_operator.observe.manifests import Container
from detector_operator.observe.termination import NOT_FROM_LOG, TerminationState, read_termination_message
from support.kubernetes_objects import ended, failed, job, pod, waiting
from support.observed import DATA, JOB_STATUS, LOG, assert_end, failed_pod, only_run

# (state of the container, class, reason, a part of the message, a part of the hint)
ENDS = {
    "a message of the trainer": (
        ended(65, message=DATA),
        *(RetryClass.FINAL, "DataError", "Record 3", "Write it again"),
    ),
    "an unknown exit code": (
        ended(70, message=LOG),
        *(RetryClass.FAILED, "Unclassified", "exit code 70 at step 12", "logTail"),
    ),
    "killed by a signal": (
        ended(139, message=LOG),
        *(RetryClass.FAILED, "KilledBySignal", "SIGSEGV at step 12", "native code"),
    ),
}


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
@pytest.mark.parametrize(("state", "how", "reason", "message", "hint"), ENDS.values(), ids=ENDS)
def test_a_failure_is_described_by_the_message_or_the_end_of_the_log(state, how, reason, message, hint, job_status):
    assert_end(failed_pod(state), how, reason, message, hint, job_status)


def test_progress_and_last_lines_are_read_from_the_end_of_the_log():
    run = only_run([job(**failed())], [failed_pod(ended(70, at=60, message=LOG))])
    assert (run.pod, run.container, run.node) == ("pets-train-1-x7k2p", "train", "gpu-1")
    assert (run.step, run.last_checkpoint_step, run.log_tail) == (12, 10, ("INFO a line", "RuntimeError: boom"))


def test_the_end_of_a_log_is_bounded_and_may_begin_in_the_middle_of_a_line():
    log = (
        "x" * 1000
        + "\r"
        + "\n".join(f"line {number}" for number in range(30))
        + '\ndetector-training: {"step": 5, "totalSteps": 9'
    )
    run = only_run([job(**failed())], [pod(phase="Failed", main=ended(1, message=log))])
    assert len(run.log_tail) == 20
    assert (run.log_tail[-2], run.progress) == ("line 29", None)


@pytest.mark.parametrize("reason", NOT_FROM_LOG)
def test_a_message_of_the_runtime_or_the_kubelet_is_not_the_log(reason):
    state = ended(128, reason=reason, message="not a line of the log")
    assert read_termination_message(Container("train", False, {}, state)) == TerminationState()


# Validations


def report(verdict):
    return json.dumps({"reason": "x", "message": "y", "validation": {"verdict": verdict}})


def test_a_pass_of_the_container_config_is_not_a_verdict():
    first = ended(0, message=report("pass"))
    assert only_run([job("validate")], [pod("validate", init=first)]).message is None
    killed = pod("validate", phase="Failed", init=first, main=ended(137, reason="OOMKilled"))
    assert only_run([job("validate", **failed())], [killed]).message is None


def test_a_rejection_by_the_container_config_is_the_verdict():
    given = pod("validate", phase="Failed", init=ended(1, message=report("reject")), main=waiting("PodInitializing"))
    run = only_run([job("validate", **failed())], [given])
    assert (run.exit_code, run.container, run.message.validation.verdict) == (1, "config", "reject")


def test_the_messages_that_are_not_the_end_of_a_log():
    assert set(NOT_FROM_LOG) == {"StartError", "ContainerCannotRun", "ContainerStatusUnknown"}


@pytest.mark.parametrize(("lines", "kept"), [(19, 19), (20, 20), (21, 20)])
def test_so_many_last_lines_are_kept(lines, kept):
    log = "\n".join(f"line {number}" for number in range(lines))
    tail = read_termination_message(Container("train", False, {}, ended(1, message=log))).tail
    assert (len(tail), tail[-1]) == (kept, f"line {lines - 1}")


@pytest.mark.parametrize(("width", "kept"), [(400, 400), (401, 400)])
def test_a_line_is_cut(width, kept):
    (line,) = read_termination_message(Container("train", False, {}, ended(1, message="x" * width))).tail
    assert line == "x" * kept


@pytest.mark.parametrize(("length", "found"), [(16384, True), (16385, False)])
def test_of_a_longer_message_than_a_kubelet_keeps_the_end_is_read(length, found):
    log = "first line"
    log += "\n" * (length - len(log))
    assert (read_termination_message(Container("train", False, {}, ended(1, message=log))).tail == (log.strip(),)) is found


@pytest.mark.parametrize(
    ("code", "signal", "exit_code"),
    [(1, None, 1), (128, None, 128), (129, 1, None), (137, 9, None), (192, 64, None), (193, None, 193), (255, None, 255)],
)
def test_an_exit_code_of_128_and_a_signal_is_the_signal(code, signal, exit_code):
    run = only_run([job(**failed())], [failed_pod(ended(code))])
    assert (run.signal, run.exit_code) == (signal, exit_code)

"""Given a failed init container: ours, or one that a mesh or a policy has injected."""

from __future__ import annotations

import json

import pytest

from detector_operator.api import RetryClass
from detector_operator.reconcile.run_end import classify_training, classify_validation
from support.kubernetes_objects import ended, failed, job, pod, waiting, with_container
from support.observed import DATA, JOB_STATUS, LOG, REJECTED_BY_KUBELET, assert_end, failed_pod, only_run

# (state of the container preflight, class, reason, message, a part of the hint)
PREFLIGHT = {
    "it rejected": (
        ended(78, message=json.dumps({"reason": "EnvironmentUnusable", "message": "No GPU."})),
        *(RetryClass.FINAL, "EnvironmentUnusable", "No GPU.", ""),
    ),
    "it crashed": (
        ended(1, message="Traceback\nboom"),
        *(RetryClass.FAILED, "InitFailed", "Init container preflight ended with exit code 1; train was not started.", "logTail"),
    ),
}


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
@pytest.mark.parametrize(("state", "how", "reason", "message", "hint"), PREFLIGHT.values(), ids=PREFLIGHT)
def test_preflight(state, how, reason, message, hint, job_status):
    assert_end(failed_pod(waiting("PodInitializing"), init=state), how, reason, message, hint, job_status)


@pytest.mark.parametrize("first", [True, False], ids=["before ours", "after ours"])
@pytest.mark.parametrize("name", ["istio-init", "vault-agent-init"])
@pytest.mark.parametrize(("kind", "classify"), [("train", classify_training), ("validate", classify_validation)])
@pytest.mark.parametrize("code", [1, 65, 78, 2, 143])
def test_an_injected_init_container_fails_and_proves_nothing_about_the_training(kind, classify, name, code, first):
    initializing = waiting("PodInitializing")
    own = initializing if first else ended(0, 4)
    given = pod(kind, phase="Failed", init=own, main=initializing)
    with_container(given, name, ended(code, message=DATA), init=True, first=first)
    run = only_run([job(kind, **failed())], [given])
    assert (run.exit_code, run.signal, run.message, run.step) == (None, None, None, None)
    assert (run.container, run.cause.reason, classify(run)) == (name, "InitFailed", RetryClass.FAILED)
    assert run.cause.message == f"Init container {name} ended with exit code {code}; {kind} was not started."


def test_progress_in_the_log_of_an_injected_container_does_not_count_and_its_last_lines_are_kept():
    given = with_container(pod(**REJECTED_BY_KUBELET), "istio-init", ended(1, message=LOG), init=True, first=True)
    run = only_run([job(**failed())], [given])
    assert (run.progress, run.step, run.last_checkpoint_step) == (None, None, None)
    assert run.log_tail == ("INFO a line", "RuntimeError: boom")


@pytest.mark.parametrize(("code", "reason"), [(137, "OOMKilled"), (128, "StartError")])
def test_the_memory_and_the_start_of_an_injected_container_are_not_a_matter_of_the_spec(code, reason):
    given = pod(**REJECTED_BY_KUBELET)
    with_container(given, "istio-init", ended(code, reason=reason, message="no"), init=True, first=True)
    run = only_run([job(**failed())], [given])
    assert (run.exit_code, run.signal, classify_training(run)) == (None, None, RetryClass.FAILED)
    assert "istio-init" in run.cause.message
    assert reason in run.cause.message
    assert "spec.trainer" not in run.cause.hint
    assert "`detector-training`" not in run.cause.hint

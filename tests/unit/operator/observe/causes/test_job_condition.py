"""Given a Job whose pod no longer exists: its condition reports how the pod ended."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from detector_operator.reconcile.run_end import classify_training, succeeded
from detector_operator.reconcile.run_failure import failure_of
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import complete, ended, failed, job, pod, running
from support.observed import FINAL_CODE, failed_pod, only_run

# (status of the Job, class, reason)
STATUSES = {
    "a final exit code of the trainer": (
        failed(FINAL_CODE.format("train"), "PodFailurePolicy"),
        *(RetryClass.FINAL, "DataError"),
    ),
    "a final exit code of the preflight": (
        failed(FINAL_CODE.format("preflight"), "PodFailurePolicy"),
        *(RetryClass.FINAL, "DataError"),
    ),
    "disrupted": (
        failed("Pod team/pets-train-1-x7k2p has condition DisruptionTarget matching FailJob rule at index 0", "PodFailurePolicy"),
        *(RetryClass.INTERRUPTED, "Interrupted"),
    ),
    "unknown": (failed(), RetryClass.INTERRUPTED, "PodDeleted"),
}


@pytest.mark.parametrize(("status", "how", "reason"), STATUSES.values(), ids=STATUSES)
def test_the_job_reports_how_its_pod_ended(status, how, reason):
    run = only_run([job(**status)], [])
    assert (run.state, classify_training(run)) == (RunState.ENDED, how)
    assert failure_of(run, "pets-train-1").reason == reason


def test_a_complete_job_has_succeeded():
    run = only_run([job(**complete())], [])
    assert (run.state, succeeded(run), run.cause) == (RunState.ENDED, True, None)


def test_the_job_counts_only_when_its_pod_no_longer_exists():
    """The pod knows better: its container was OOM-killed, and the Job names a container that ended before."""
    run = only_run([job(**failed(FINAL_CODE.format("train"), "PodFailurePolicy"))], [failed_pod(ended(137, reason="OOMKilled"))])
    assert (run.exit_code, run.signal, run.cause.reason) == (None, 9, "OOMKilled")
    without_an_end = pod(phase="Failed", main=running(), reason="Evicted", message="The node was low on resource: memory.")
    run = only_run([job(**failed(FINAL_CODE.format("train"), "PodFailurePolicy"))], [without_an_end])
    assert (run.exit_code, classify_training(run)) == (None, RetryClass.INTERRUPTED)


@pytest.mark.parametrize("name", ["istio-init", "vault-agent-init", "istio-proxy"])
def test_the_exit_code_of_an_injected_container_is_not_that_of_the_run(name):
    run = only_run([job(**failed(FINAL_CODE.format(name), "PodFailurePolicy"))], [])
    assert (run.state, run.exit_code, run.signal) == (RunState.ENDED, None, None)
    assert (run.cause.reason, classify_training(run)) == ("InitFailed", RetryClass.FAILED)
    assert name in run.cause.message

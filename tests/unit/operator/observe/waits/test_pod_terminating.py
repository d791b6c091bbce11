"""Given a pod that is terminating: why, and what to do on a lost node."""

from __future__ import annotations

import pytest

from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import disrupted, ended, job, pod, running, seconds, stopped, with_container
from support.observed import only_run


def test_a_pod_in_its_grace_period_is_live_and_reports_why_it_terminates():
    condition = disrupted("PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod")
    run = only_run([job()], [pod(conditions=[condition], deleted=seconds(40))])
    assert (run.state, run.waiting.reason) == (RunState.RUNNING, "Preempted")
    assert run.waiting.message.endswith("preempting to accommodate a higher priority pod. It is terminating.")


def test_it_is_reported_until_the_job_has_counted_the_pod():
    condition = disrupted("EvictionByEvictionAPI", "Eviction API: evicting")
    run = only_run([job()], [pod(phase="Failed", main=ended(75), conditions=[condition], deleted=seconds(40))])
    assert (run.live, run.waiting.reason) == (True, "Evicted")


def test_a_pod_that_a_user_deletes_is_live_until_it_is_finished():
    run = only_run([job()], [pod(deleted=seconds(40))])
    assert (run.state, run.waiting.reason) == (RunState.RUNNING, "PodDeleted")


# A run that the operator has stopped: (the Job, its pod)
STOPPED = {
    "its Job is not deleted yet": (job(), pod()),
    "it stops": (job(deleted=seconds(40)), pod(deleted=seconds(40))),
    "it stops, and has ended": (
        job(deleted=seconds(40)),
        with_container(pod(main=ended(75), deleted=seconds(40)), "p", running()),
    ),
    "a queue has suspended it": (job(suspend=True), pod(deleted=seconds(40))),
}


@pytest.mark.parametrize(("its_job", "its_pod"), STOPPED.values(), ids=STOPPED)
def test_a_run_that_the_operator_has_stopped_waits_for_nothing(its_job, its_pod):
    assert only_run([its_job], [its_pod], stops=[stopped()]).waiting is None


def test_a_stopped_run_on_a_lost_node_reports_what_blocks_it():
    condition = disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
    run = only_run([job(deleted=seconds(40))], [pod(conditions=[condition], deleted=seconds(40))], stops=[stopped()])
    assert (run.live, run.waiting.reason) == (True, "NodeLost")
    assert "gpu-1" in run.waiting.message
    silent = {"type": "Ready", "status": "False"}
    run = only_run([job(deleted=seconds(40))], [pod(conditions=[silent], deleted=seconds(40))], stops=[stopped()])
    assert (run.waiting.reason, run.waiting.message) == (
        "NodeLost",
        "gpu-1 is not ready; pets-train-1-x7k2p may still be running there.",
    )


@pytest.mark.parametrize("reason", ["DeletionByTaintManager", "DeletionByPodGC", "PreemptionByScheduler"])
def test_the_reason_is_the_same_before_and_after_the_run_is_stopped(reason):
    """Otherwise the status of a training that is suspended changes twice, and loses the hint about a lost node."""
    terminating = pod(conditions=[disrupted(reason, "it had to go")], deleted=seconds(40))
    before = only_run([job()], [terminating]).waiting
    assert only_run([job(deleted=seconds(40))], [terminating], stops=[stopped()]).waiting == before
    if reason != "PreemptionByScheduler":
        assert before.hint == "If the node does not come back: `kubectl delete node gpu-1`."


def test_a_pod_on_a_lost_node_is_live_and_reports_how_to_release_it():
    condition = disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
    run = only_run([job()], [pod(conditions=[condition], deleted=seconds(40))])
    assert (run.state, run.waiting.reason) == (RunState.RUNNING, "NodeLost")
    assert run.waiting.message.endswith("Until it is confirmed to be gone, no other run may write to the model directory.")
    assert run.waiting.hint == "If the node does not come back: `kubectl delete node gpu-1`."

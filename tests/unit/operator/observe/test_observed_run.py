"""Stops of a run: only the status has their reason, and only the deletion of the Job is one."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from detector_operator.observe.manifests import Job, Pod
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.run_end import classify_validation
from detector_operator.reconcile.runs import RunKind
from support.kubernetes_objects import ended, failed, job, pod, running, waiting, with_container
from support.observed import failed_pod, only_run


def observed(its_job, *pods, kind=RunKind.TRAINING):
    return ObservedRun("pets-train-1", kind, Job(its_job) if its_job else None, tuple(map(Pod, pods)), [])


def test_the_newest_pod_is_that_of_the_run():
    run = observed(job(), failed_pod(ended(75), name="a"), pod(name="b"))
    assert (run.pod.name, run.working_pod.name) == ("b", "b")
    assert observed(job(), failed_pod(ended(75))).working_pod is None
    assert observed(job()).pod is None


def test_containers_block_a_run_only_until_it_executes():
    starting = pod(phase="Pending", init=waiting("ImagePullBackOff"), main=waiting("PodInitializing"))
    assert [each.name for each in observed(job(), starting).waiting_containers] == ["preflight", "train"]
    executing = with_container(pod(main=running()), "istio-proxy", waiting("ImagePullBackOff"))
    assert observed(job(), executing).waiting_containers == ()


@pytest.mark.parametrize(("kind", "field"), [(RunKind.VALIDATION, "spec.validation"), (RunKind.TRAINING, "spec.trainer")])
def test_the_field_that_sets_the_resources(kind, field):
    assert observed(job(), kind=kind).settings == field


def test_the_kubelet_stops_a_validation_as_the_operator_would():
    given = pod(
        "validate",
        phase="Failed",
        main=ended(143),
        reason="DeadlineExceeded",
        message="Pod was active on the node longer than the specified deadline",
    )
    run = only_run([job("validate", **failed())], [given])
    assert (run.stop_reason, classify_validation(run)) == ("ValidationTimedOut", RetryClass.TIMED_OUT)


def test_a_training_that_the_kubelet_stopped_is_not_a_validation_that_timed_out():
    assert only_run([job(**failed())], [failed_pod(ended(143), reason="DeadlineExceeded")]).stop_reason is None


def test_only_containers_that_wait_block_a_run():
    assert [each.name for each in observed(job(), pod(phase="Pending", init=ended(0), main=waiting("x"))).waiting_containers] == [
        "train"
    ]


@pytest.mark.parametrize("names", [["a", "b"], ["b", "a"]], ids=str)
def test_of_two_pods_of_the_same_second_the_run_is_always_in_the_same_one(names):
    assert only_run([job()], [pod(name=name, created=2) for name in names]).pod == "b"

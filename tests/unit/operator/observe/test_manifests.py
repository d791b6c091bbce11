"""Manifests are read with bounds: their texts are written by others, and of any length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from detector_operator.observe.manifests import MAX_TEXT, Job, Object, Pod, items, job_of, resource_of, text, time
from detector_operator.reconcile.runs import RunKind
from support.kubernetes_objects import (
    disrupted,
    ended,
    event,
    failed,
    job,
    pod,
    running,
    seconds,
    unscheduled,
    waiting,
    with_container,
)
from support.observed import CREATING, only_run
from support.trainings import after

LONG = {
    "spaces before what the scheduler adds": " " * 1_000_000,
    "half of what the scheduler adds": "no new claims to deallocate, " * 40_000,
    "slashes": "error looking up service account " + "a/" * 500_000,
    "keys": "couldn't find key a in Secret " * 40_000,
    "quotes": 'persistentvolumeclaim "' * 50_000,
    "quotas": "exceeded quota: a, requested: " * 40_000,
    "control characters": "\x1b[31m\0" * 100_000,
}


@pytest.mark.parametrize("given", LONG.values(), ids=LONG)
def test_a_text_from_outside_may_be_of_any_length(given):
    """It took seconds of the event loop to search 16 kB of spaces."""
    created = pod(phase="Pending", node="n1", init=waiting("CreateContainerConfigError", given), main=waiting("PodInitializing"))
    pulling = pod(phase="Pending", node="n1", init=waiting("ImagePullBackOff", given), main=waiting("PodInitializing"))
    mounting = pod(**CREATING)
    evicted = pod(phase="Failed", reason="Evicted", message=given, conditions=[disrupted("EvictionByEvictionAPI", given)])
    for jobs, pods, events in (
        ([job()], [unscheduled(given)], []),
        ([job()], [], [event(job(), "FailedCreate", given)]),
        ([job()], [created], []),
        ([job()], [pulling], []),
        ([job()], [mounting], [event(mounting, "FailedMount", given)]),
        ([job()], [evicted], []),
        ([job(**failed(given))], [], []),
        ([job(**failed(f"Pod {given}"))], [], []),
        ([job(**failed(f"Container {given} for pod {given}"))], [], []),
    ):
        run = only_run(jobs, pods, events)
        for found in (run.waiting, run.cause):
            assert found is None or (len(found.message) <= 1024 and len(found.hint) <= 1024 and "\x1b" not in found.message)


def test_a_text_is_cut_and_stripped():
    assert text({"a": " x "}, "a") == "x"
    assert len(text({"a": "x" * (MAX_TEXT + 1)}, "a")) == MAX_TEXT
    assert text({"a": 1}, "a") == text({}, "a") == ""


@pytest.mark.parametrize("value", [None, "", "yesterday", 5])
def test_an_invalid_time_is_none(value):
    assert time(value) is None


def test_a_time_is_read_in_whole_seconds():
    assert time("2026-01-01T00:00:10.750000Z") == datetime(2026, 1, 1, 0, 0, 10, tzinfo=UTC)


def test_a_list_that_is_missing_or_not_a_list_is_empty():
    assert items({"a": [1]}, "a") == [1]
    assert items({"a": {}}, "a") == items({}, "a") == []


def test_the_deletion_is_earlier_than_the_timestamp_by_the_grace_period():
    given = {"metadata": {"deletionTimestamp": seconds(40), "deletionGracePeriodSeconds": 30}}
    assert Object(given).deleted == time(seconds(40)) - timedelta(seconds=30)
    assert Object({"metadata": {"deletionTimestamp": seconds(40), "deletionGracePeriodSeconds": 10**12}}).deleted == time(
        seconds(40)
    )
    assert Object({}).deleted is None


def test_a_request_defaults_to_the_limit():
    (container,) = (each for each in Pod(pod(limits={"memory": "8Gi"})).containers if each.name == "train")
    assert (container.request("memory"), container.limit("memory"), container.request("cpu")) == ("8Gi", "8Gi", None)


def test_a_sidecar_is_not_among_the_containers_whose_end_counts():
    given = Pod(with_container(pod(), "logger", running(), sidecar=True))
    assert "logger" not in [each.name for each in given.containers]
    assert "logger" in [each.name for each in given.all_containers]


def test_the_container_whose_end_is_the_end_of_the_run():
    assert Pod(pod()).end(RunKind.TRAINING) is None
    assert Pod(pod(main=ended(0))).end(RunKind.TRAINING).name == "train"
    assert Pod(pod(init=ended(65), main=waiting("PodInitializing"))).end(RunKind.TRAINING).name == "preflight"


def test_only_the_controller_of_an_object_counts():
    assert resource_of(job()) == "pets"
    assert job_of(pod())["name"] == "pets-train-1"
    orphan = job()
    orphan["metadata"]["ownerReferences"][0]["controller"] = False
    assert resource_of(orphan) is None


def test_a_job_has_finished_when_a_condition_is_true():
    assert Job(job()).finished is None
    assert Job(job(**failed())).finished["type"] == "Failed"


@pytest.mark.parametrize(("length", "kept"), [(4096, "x" * 4096), (4097, "x" * 4095 + "…")])
def test_a_text_is_cut_at_4096_characters(length, kept):
    assert text({"message": "x" * length}, "message") == kept


@pytest.mark.parametrize(
    ("number", "attempt"), [("999999999", 999999999), ("1000000000", None), ("-1", None), ("", None), ("1", 1)]
)
def test_a_number_of_a_label_has_at_most_nine_digits(number, attempt):
    labels = {
        "app.kubernetes.io/managed-by": "detector-training",
        "detector-training.io/run": "train",
        "detector-training.io/attempt": number,
        "detector-training.io/generation": number,
    }
    found = Object({"metadata": {"labels": labels}})
    assert (found.run_id.attempt if found.run_id else None) == attempt
    assert found.generation == (attempt or 0)


def test_a_pod_has_started_with_its_first_container():
    assert Pod(pod(init=ended(0), main=running(since=5))).started == after(3)
    assert Pod(pod(init=waiting("PodInitializing"), main=waiting("PodInitializing"))).started is None


@pytest.mark.parametrize(
    ("api_version", "ours"), [("batch/v1", True), ("batch/v2", True), ("batch.volcano.sh/v1alpha1", False), ("", False)]
)
def test_a_pod_belongs_to_a_job_of_kubernetes_alone(api_version, ours):
    its_pod = pod()
    its_pod["metadata"]["ownerReferences"][0]["apiVersion"] = api_version
    assert bool(job_of(its_pod)) is ours
    its_pod["metadata"]["ownerReferences"][0]["kind"] = "ReplicaSet"
    assert job_of(its_pod) == {}


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "pets"),
        ({"apiVersion": "detector-training.io/v2"}, "pets"),
        ({"apiVersion": "detector-training.io.example/v1"}, None),
        ({"apiVersion": None}, None),
        ({"kind": "Other"}, None),
        ({"controller": None}, None),
        ({"controller": "true"}, None),
    ],
    ids=str,
)
def test_a_job_belongs_to_the_resource_that_controls_it(changed, name):
    its_job = job()
    its_job["metadata"]["ownerReferences"][0].update(changed)
    assert resource_of(its_job) == name

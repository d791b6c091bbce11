"""The Job of a training run."""

from __future__ import annotations

import pytest

from detector_operator.api import Status, ValidationStatus
from detector_operator.builders import build_training_job
from detector_operator.reconcile.run_end import FINAL_CODES
from support.manifests import SETTINGS, container, containers, on_cluster, pod, training_job


def test_it_has_the_name_of_the_run():
    assert training_job(attempt=3)["metadata"]["name"] == "pets-train-3"


def test_preflight_runs_before_train():
    assert [one["name"] for one in pod(training_job())["initContainers"]] == ["preflight"]
    assert [one["name"] for one in pod(training_job())["containers"]] == ["train"]


def test_train_is_started_with_what_the_spec_says():
    spec = {"numSteps": 500, "checkpointEverySteps": 10, "stallTimeoutSeconds": 60, "trainer": {"gpus": 2}}
    assert container(training_job(**spec), "train")["args"] == [
        "train",
        "--pipeline_config_path=/data/p.config",
        "--model_dir=/models/pets",
        "--num_train_steps=500",
        "--checkpoint_every_n=10",
        "--termination-message-path=/dev/termination-log",
        "--stall-timeout=60",
        "--grace-period=115",
        "--require-gpus=2",
        "--progress=both",
    ]


# Attempts


def test_it_makes_one_pod_and_ends_with_it():
    spec = training_job()["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimit"]) == (1, 1, 0)
    assert pod(training_job())["restartPolicy"] == "Never"


def test_it_has_not_ended_before_its_pod_is_gone():
    assert training_job()["spec"]["podReplacementPolicy"] == "Failed"


def rules():
    return training_job()["spec"]["podFailurePolicy"]["rules"]


def test_it_says_which_failures_are_final_as_decide_does():
    final = sorted(FINAL_CODES)
    assert rules()[1:] == [
        {"action": "FailJob", "onExitCodes": {"containerName": name, "operator": "In", "values": final}}
        for name in ("preflight", "train")
    ]


def test_exit_codes_of_containers_that_are_not_ours_say_nothing():
    named = {rule["onExitCodes"]["containerName"] for rule in rules() if "onExitCodes" in rule}
    assert named == {one["name"] for one in containers(training_job())}


def test_a_disruption_ends_it_so_that_decide_counts_the_preemption():
    assert rules()[0] == {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


def test_a_stop_is_not_a_field_of_it():
    """A queue would set it back: a run is stopped by the deletion of its Job."""
    assert "suspend" not in training_job(suspend=True)["spec"]


@pytest.mark.parametrize(("given", "trainer_has"), [(120, 115), (30, 25), (5, 1), (1, 1)])
def test_the_trainer_has_the_grace_period_but_for_the_time_to_exit(given, trainer_has):
    job = training_job(trainer={"terminationGracePeriodSeconds": given})
    assert pod(job)["terminationGracePeriodSeconds"] == given
    assert f"--grace-period={trainer_has}" in container(job, "train")["args"]


# Preflight


def preflight(resource):
    return container(build_training_job(resource, 1, SETTINGS), "preflight")["args"]


def test_preflight_looks_at_the_same_config_model_directory_and_gpus():
    overrides = {"pipelineConfig": {"path": "/data/p.config", "overrides": {"labelMapPath": "/data/map"}}}
    assert preflight(on_cluster(**overrides)) == [
        "preflight",
        "--pipeline-config=/data/p.config",
        "--model-dir=/models/pets",
        "--gpus=1",
        "--termination-message-path=/dev/termination-log",
        *("--set", "labelMapPath=/data/map"),
    ]


def test_preflight_gets_the_fingerprint_of_the_verdict():
    validation = ValidationStatus(inputs_fingerprint="abc")
    resource = on_cluster(generation=2, status=Status(observed_generation=2, validation=validation))
    assert "--fingerprint=abc" in preflight(resource)


@pytest.mark.parametrize(
    "status",
    [
        None,
        Status(observed_generation=2),
        Status(observed_generation=2, validation=ValidationStatus()),
        Status(observed_generation=1, validation=ValidationStatus(inputs_fingerprint="of the spec before")),
    ],
    ids=["no status", "not validated", "no record was read", "an earlier spec"],
)
def test_without_a_verdict_on_this_spec_there_is_no_fingerprint(status):
    assert not any(argument.startswith("--fingerprint") for argument in preflight(on_cluster(generation=2, status=status)))


def test_preflight_sees_the_gpus_that_train_will_see():
    first, second = containers(training_job(trainer={"gpus": 4}))
    assert first["resources"] == second["resources"] == {"limits": {"nvidia.com/gpu": "4"}}


# What users set

GIVEN = {
    "nodeSelector": {"gpu": "a100"},
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
    "runtimeClassName": "nvidia",
    "schedulerName": "volcano",
    "serviceAccountName": "reader",
    "imagePullSecrets": [{"name": "registry"}],
    "terminationGracePeriodSeconds": 600,
}


@pytest.mark.parametrize("field", GIVEN)
def test_a_field_of_the_pod_is_copied_verbatim(field):
    assert pod(training_job(trainer={field: GIVEN[field]}))[field] == GIVEN[field]


@pytest.mark.parametrize("field", sorted(GIVEN.keys() - {"terminationGracePeriodSeconds"}))
def test_a_field_that_is_not_given_is_left_out(field):
    assert field not in pod(training_job())


def test_labels_and_annotations_are_on_the_job_and_on_its_pod():
    labels, annotations = {"kueue.x-k8s.io/queue-name": "gpus"}, {"sidecar.istio.io/inject": "false"}
    job = training_job(trainer={"labels": labels, "annotations": annotations})
    for metadata in (job["metadata"], job["spec"]["template"]["metadata"]):
        assert metadata["labels"].items() >= labels.items()
        assert metadata["annotations"] == annotations

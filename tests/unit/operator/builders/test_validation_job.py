"""The Job of a validation run."""

from __future__ import annotations

import pytest

from detector_operator.builders.validation_job import report_path
from detector_operator.local.run_layout import RunLayout
from support.manifests import container, containers, pod, training_job, validation_job


def test_it_has_the_name_of_the_run():
    assert validation_job(attempt=3)["metadata"]["name"] == "pets-validate-3"


def test_with_policy_enforce_a_wrong_config_is_rejected_before_the_records_are_read():
    job = validation_job(validation={"policy": "Enforce"})
    (config,), (validate,) = pod(job)["initContainers"], pod(job)["containers"]
    assert (config["name"], validate["name"]) == ("config", "validate")
    assert validate["args"][-3:] == ["--deep", "--html", "/models/pets/validation/report-1.html"]
    assert config["args"] == [*validate["args"][:-3], "--no-scan"]


def test_the_trainers_own_code_is_run_last_and_once():
    job = validation_job(validation={"policy": "Enforce"})
    assert ["--deep" in one["args"] for one in containers(job)] == [False, True]


def test_with_policy_warn_everything_is_looked_at_whatever_is_wrong():
    assert [one["name"] for one in containers(validation_job(validation={"policy": "Warn"}))] == ["validate"]


def test_validate_is_started_with_what_the_spec_says():
    spec = {"checkpointEverySteps": 10, "trainer": {"gpus": 2}, "validation": {"ignore": ["records/a", "config/b"]}}
    assert container(validation_job(attempt=2, **spec), "validate")["args"] == [
        *("validate", "--pipeline-config", "/data/p.config", "--model-dir", "/models/pets", "--num-steps", "100"),
        *("--checkpoint-every-n", "10", "--gpus", "2"),
        *("--format", "json", "--output", "/models/pets/validation/report-2.json"),
        *("--ignore", "records/a", "--ignore", "config/b"),
        "--termination-message-path=/dev/termination-log",
        "--processes=$(DETECTOR_TRAINING_CPU_LIMIT)",
        "--deep",
        *("--html", "/models/pets/validation/report-2.html"),
    ]


# The report


@pytest.mark.parametrize("model_dir", ["/models/pets", "/models/pets/", "/models//pets"])
def test_the_report_is_where_it_is_on_one_machine(model_dir):
    assert report_path(model_dir, 2) == str(RunLayout.of(model_dir, None).report(2))


def test_the_report_of_a_training_into_a_bucket_is_in_the_log_of_its_pod():
    arguments = container(validation_job(modelDir="gs://models/pets"), "validate")["args"]
    assert not {"--output", "--html"} & set(arguments)


def test_the_page_is_where_the_model_directory_says_whatever_it_is_called():
    arguments = container(validation_job(modelDir="/models/$(HOME).v1"), "validate")["args"]
    assert arguments[arguments.index("--html") + 1] == "/models/$$(HOME).v1/validation/report-1.html"


# Attempts


def test_it_makes_one_pod_and_ends_with_it():
    spec = validation_job()["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimit"]) == (1, 1, 0)
    assert pod(validation_job())["restartPolicy"] == "Never"


@pytest.mark.parametrize(("timeout", "deadline"), [(1, 61), (3600, 3660), (2**31 - 1, 2**31 - 1)])
def test_the_kubelet_ends_it_if_no_operator_did_when_the_timeout_was_over(timeout, deadline):
    assert pod(validation_job(validation={"timeoutSeconds": timeout}))["activeDeadlineSeconds"] == deadline


# CPU only


@pytest.mark.parametrize(
    "resources",
    [
        {},
        {"limits": {"nvidia.com/gpu": 1}},
        {"requests": {"amd.com/gpu": "1"}, "limits": {"amd.com/gpu": "1"}},
        {"limits": {"nvidia.com/mig-1g.5gb": 1, "cpu": 1}},
    ],
    ids=lambda resources: str(sorted(resources.get("limits", []))),
)
def test_no_container_requests_a_gpu_whatever_is_in_the_spec(resources):
    job = validation_job(trainer={"gpus": 8, "resources": resources}, validation={"resources": resources})
    for one in containers(job):
        asked = one["resources"]["requests"] | one["resources"]["limits"]
        assert asked.keys() <= {"cpu", "memory", "ephemeral-storage"}


def test_it_starts_no_more_processes_than_its_cpu_limit():
    (variable,) = (one for one in container(validation_job(), "validate")["env"] if one["name"] == "DETECTOR_TRAINING_CPU_LIMIT")
    assert variable["valueFrom"] == {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1"}}


# What users set

PLACEMENT = {
    "nodeSelector": {"pool": "cpu"},
    "tolerations": [{"key": "batch", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}


@pytest.mark.parametrize("field", PLACEMENT)
def test_it_goes_where_the_validation_is_sent(field):
    assert pod(validation_job(validation={field: PLACEMENT[field]}))[field] == PLACEMENT[field]


@pytest.mark.parametrize("field", [*PLACEMENT, "runtimeClassName"])
def test_it_does_not_go_where_the_trainer_is_sent(field):
    trainer = {**PLACEMENT, "runtimeClassName": "nvidia"}
    assert field not in pod(validation_job(trainer={field: trainer[field]}))


SHARED = {
    "priorityClassName": "high",
    "schedulerName": "volcano",
    "serviceAccountName": "reader",
    "imagePullSecrets": [{"name": "registry"}],
}


@pytest.mark.parametrize("field", SHARED)
def test_it_has_the_access_that_the_trainer_has(field):
    assert pod(validation_job(trainer={field: SHARED[field]}))[field] == SHARED[field]


QUEUE = {"kueue.x-k8s.io/queue-name": "gpus"}


def metadata(job):
    """Of the Job, and of its pod."""
    return job["metadata"], job["spec"]["template"]["metadata"]


def test_labels_and_annotations_of_the_validation_are_on_the_job_and_on_its_pod():
    labels, annotations = {"kueue.x-k8s.io/queue-name": "cpus", "team": "vision"}, {"sidecar.istio.io/inject": "false"}
    for each in metadata(validation_job(validation={"labels": labels, "annotations": annotations})):
        assert each["labels"].items() >= labels.items()
        assert each["annotations"] == annotations


def test_labels_and_annotations_of_the_trainer_are_neither_on_the_job_nor_on_its_pod():
    """A queue for GPUs, also one that queues pods, does not hold up what needs none."""
    own = [each["labels"] for each in metadata(validation_job())]
    for each, labels in zip(metadata(validation_job(trainer={"labels": QUEUE, "annotations": {"a": "b"}})), own, strict=True):
        assert each["labels"] == labels
        assert "annotations" not in each


def test_the_trainer_has_no_label_or_annotation_of_the_validation():
    given = {"labels": QUEUE, "annotations": {"a": "b"}}
    for each in metadata(training_job(validation=given)):
        assert not each["labels"].keys() & QUEUE.keys()
        assert "annotations" not in each


# Its end


def test_it_is_killed_soon_after_it_is_stopped():
    """It writes nothing before its end: what stops it need not wait."""
    assert pod(validation_job())["terminationGracePeriodSeconds"] == 5
    assert pod(validation_job(trainer={"terminationGracePeriodSeconds": 600}))["terminationGracePeriodSeconds"] == 5


def test_it_has_no_pod_failure_policy():
    assert "podFailurePolicy" not in validation_job()["spec"]


def test_it_has_not_ended_before_its_pod_is_gone():
    assert validation_job()["spec"]["podReplacementPolicy"] == "Failed"

"""Requests and limits."""

from __future__ import annotations

import pytest

from detector_operator.api.spec import Resources
from detector_operator.builders import Settings
from support.manifests import SETTINGS, container, training_job, validation_job


def trained_with(settings=SETTINGS, **trainer):
    return container(training_job(settings=settings, trainer=trainer), "train").get("resources", {})


@pytest.mark.parametrize(
    ("trainer", "limits"),
    [
        ({}, {"nvidia.com/gpu": "1"}),
        ({"gpus": 4}, {"nvidia.com/gpu": "4"}),
        ({"gpus": 2, "gpuResource": "amd.com/gpu"}, {"amd.com/gpu": "2"}),
        ({"resources": {"limits": {"memory": "64Gi", "rdma/hca": 1}}}, {"memory": "64Gi", "rdma/hca": 1, "nvidia.com/gpu": "1"}),
        ({"gpus": 2, "resources": {"limits": {"nvidia.com/gpu": 8}}}, {"nvidia.com/gpu": "2"}),
    ],
    ids=["one GPU", "four", "of another kind", "beside other limits", "the count of spec.trainer.gpus holds"],
)
def test_gpus_are_limits(trainer, limits):
    assert trained_with(**trainer) == {"limits": limits}


def test_the_operator_decides_what_a_gpu_is_called():
    assert trained_with(Settings(trainer_image="trainer:1", gpu_resource="gpu.intel.com/i915")) == {
        "limits": {"gpu.intel.com/i915": "1"}
    }


@pytest.mark.parametrize(
    "resources",
    [{}, {"limits": {"nvidia.com/gpu": 1}}, {"requests": {"nvidia.com/gpu": 1}}],
    ids=["nothing given", "a limit", "a request"],
)
def test_a_training_on_the_cpu_requests_no_gpu(resources):
    assert trained_with(gpus=0, resources=resources) == {}


def test_requests_are_copied_verbatim():
    requests = {"cpu": 8, "memory": "32Gi"}
    assert trained_with(gpus=0, resources={"requests": requests}) == {"requests": requests}


DEFAULTS = Settings(
    trainer_image="trainer:1",
    validation_resources=Resources(requests={"cpu": "1", "memory": "1Gi"}, limits={"cpu": "4", "memory": "2Gi"}),
)


@pytest.mark.parametrize(
    ("given", "requests", "limits"),
    [
        ({}, {"cpu": "1", "memory": "1Gi"}, {"cpu": "4", "memory": "2Gi"}),
        # A default request of 1Gi above a limit of 512Mi would be rejected: the user's values for memory replace the defaults.
        ({"limits": {"memory": "512Mi"}}, {"cpu": "1"}, {"cpu": "4", "memory": "512Mi"}),
        ({"requests": {"cpu": 8}}, {"cpu": 8, "memory": "1Gi"}, {"memory": "2Gi"}),
        (
            {"limits": {"ephemeral-storage": "1Gi"}},
            {"cpu": "1", "memory": "1Gi"},
            {"cpu": "4", "memory": "2Gi", "ephemeral-storage": "1Gi"},
        ),
    ],
    ids=["nothing given", "a limit", "a request", "another resource"],
)
def test_the_validation_has_defaults_for_what_the_user_sets_nothing(given, requests, limits):
    job = validation_job(settings=DEFAULTS, validation={"resources": given})
    assert container(job, "validate")["resources"] == {"requests": requests, "limits": limits}

"""What is built can be sent: Kubernetes knows every field, and the same resource gives the same bytes."""

from __future__ import annotations

import copy
import json

import pytest
from kubernetes import client

from detector_operator.api.resource import MAX_NAME
from detector_operator.api.spec import Trainer, Validation
from detector_operator.builders import build_config_map, build_training_job, build_validation_job
from support.manifests import SETTINGS, on_cluster, pod

FULL = {
    "pipelineConfig": {"inline": "model { }", "overrides": {"numClasses": 3}},
    "trainer": {
        "resources": {"requests": {"cpu": "2"}, "limits": {"memory": "8Gi"}},
        "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
        "envFrom": [{"secretRef": {"name": "s3"}}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "pets"}}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        "nodeSelector": {"gpu": "a100"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "priorityClassName": "high",
        "runtimeClassName": "nvidia",
        "schedulerName": "volcano",
        "serviceAccountName": "reader",
        "imagePullPolicy": "Always",
        "imagePullSecrets": [{"name": "registry"}],
        "labels": {"team": "vision"},
        "annotations": {"note": "x"},
    },
    "validation": {
        "nodeSelector": {"pool": "cpu"},
        "tolerations": [{"operator": "Exists"}],
        "affinity": {"podAffinity": {}},
        "labels": {"team": "vision"},
        "annotations": {"note": "y"},
    },
}
BUILDERS = {
    "validation": lambda resource: build_validation_job(resource, 1, SETTINGS),
    "training": lambda resource: build_training_job(resource, 1, SETTINGS),
    "config": build_config_map,
}
MODELS = {"validation": client.V1Job, "training": client.V1Job, "config": client.V1ConfigMap}

every_builder = pytest.mark.parametrize("what", BUILDERS)


@every_builder
def test_kubernetes_knows_every_field(what):
    built = BUILDERS[what](on_cluster(**FULL))
    read = MODELS[what].from_dict(built)
    assert client.ApiClient().sanitize_for_serialization(read) == built


@every_builder
def test_the_same_resource_gives_the_same_bytes(what):
    first, second = (json.dumps(BUILDERS[what](on_cluster(**copy.deepcopy(FULL)))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("what", ["validation", "training"])
def test_changing_a_manifest_changes_no_spec(what):
    resource = on_cluster(**copy.deepcopy(FULL))
    before = resource.model_dump()
    changed = BUILDERS[what](resource)
    for field in ("volumes", "tolerations", "affinity"):
        pod(changed)[field].clear()
    pod(changed)["containers"][0]["env"].clear()
    assert resource.model_dump() == before


@every_builder
def test_the_longest_name_fits(what):
    resource = on_cluster(**FULL)
    longest = resource.model_copy(update={"metadata": resource.metadata.model_copy(update={"name": "a" * MAX_NAME})})
    assert len(BUILDERS[what](longest)["metadata"]["name"]) <= 63


# A value of each field, which is not its default.
TRAINER = {
    "image": "mine:2",
    "imagePullPolicy": "Always",
    "imagePullSecrets": [{"name": "registry"}],
    "gpus": 2,
    "gpuResource": "amd.com/gpu",
    "resources": {"requests": {"cpu": "2"}},
    "shmSize": "3Gi",
    "env": [{"name": "A", "value": "b"}],
    "envFrom": [{"secretRef": {"name": "s3"}}],
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "pets"}}],
    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    "nodeSelector": {"gpu": "a100"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
    "priorityClassName": "high",
    "runtimeClassName": "nvidia",
    "schedulerName": "volcano",
    "serviceAccountName": "reader",
    "podSecurityContext": {"runAsUser": 7},
    "securityContext": {"readOnlyRootFilesystem": False},
    "labels": {"team": "vision"},
    "annotations": {"note": "x"},
    "terminationGracePeriodSeconds": 7,
}
VALIDATION = {
    "policy": "Warn",
    "ignore": ["records/a"],
    "timeoutSeconds": 7,
    "resources": {"requests": {"cpu": "2"}},
    "nodeSelector": {"pool": "cpu"},
    "tolerations": [{"operator": "Exists"}],
    "affinity": {"podAffinity": {}},
    "labels": {"team": "vision"},
    "annotations": {"note": "x"},
    "secrets": "Omit",
}
WITH_SECRET = {"envFrom": [{"secretRef": {"name": "s3"}}]}
# What the operator does itself.
NOT_OF_THE_POD = {"startTimeoutSeconds"}


def fields(model):
    return {field.alias or name for name, field in model.model_fields.items()}


def test_every_field_of_the_trainer_and_of_the_validation_is_tested_here():
    assert TRAINER.keys() == fields(Trainer) - NOT_OF_THE_POD
    assert VALIDATION.keys() == fields(Validation)


@pytest.mark.parametrize("field", TRAINER)
def test_every_field_of_the_trainer_reaches_its_pod(field):
    job = build_training_job(on_cluster(trainer={field: TRAINER[field]}), 1, SETTINGS)
    assert job != build_training_job(on_cluster(), 1, SETTINGS)


@pytest.mark.parametrize("field", VALIDATION)
def test_every_field_of_the_validation_reaches_its_pod(field):
    job = build_validation_job(on_cluster(trainer=WITH_SECRET, validation={field: VALIDATION[field]}), 1, SETTINGS)
    assert job != build_validation_job(on_cluster(trainer=WITH_SECRET), 1, SETTINGS)

"""What is built can be sent: Kubernetes knows every field, and the same resource gives the same bytes."""

from __future__ import annotations

import copy
import json

import pytest
from kubernetes import client

from detector_operator.api.resource import MAX_NAME
from detector_operator.specs import build_config_map, build_training_job, build_validation_job
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
    "validation": {"nodeSelector": {"pool": "cpu"}, "tolerations": [{"operator": "Exists"}], "affinity": {"podAffinity": {}}},
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
def test_whoever_changes_a_manifest_changes_no_spec(what):
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

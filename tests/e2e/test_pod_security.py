"""The Pod Security level that a training's namespace can have, asked of the API server: `restricted`, unless its spec needs another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cluster.kubectl import Kubectl, KubectlError
from support.manifests import pod, training_job, validation_job

pytestmark = pytest.mark.cluster
LEVELS = ("privileged", "baseline", "restricted")
"""From the least to the most that is forbidden."""
JOBS = {"validation": validation_job, "training": training_job}
USUAL = {
    "volumes": [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "key", "secret": {"secretName": "key"}},
        {"name": "config", "configMap": {"name": "config"}},
    ],
    "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "key", "mountPath": "/key"}],
    "securityContext": {"readOnlyRootFilesystem": False},
}
# What a spec may have, and the strictest level that its pods meet.
SPECS = {
    "nothing": ({}, "restricted"),
    "what most trainings have": (USUAL, "restricted"),
    "another user": ({"podSecurityContext": {"runAsUser": 4711, "fsGroup": 4711}}, "restricted"),
    "root": ({"podSecurityContext": {"runAsUser": 0, "runAsNonRoot": False}}, "baseline"),
    "nfs": ({"volumes": [{"name": "data", "nfs": {"server": "nas.example", "path": "/"}}]}, "baseline"),
    "no seccomp profile": ({"podSecurityContext": {"seccompProfile": None}}, "baseline"),
    "hostPath": ({"volumes": [{"name": "data", "hostPath": {"path": "/data"}}]}, "privileged"),
    "a capability": ({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}, "privileged"),
}


@pytest.fixture(scope="module")
def accepts(kubectl: Kubectl) -> Iterator[Callable[[str, dict[str, Any]], bool]]:
    """Whether a namespace of a level accepts a pod."""
    for level in LEVELS:
        labels = {"pod-security.kubernetes.io/enforce": level}
        metadata = {"name": f"pod-security-{level}", "labels": labels}
        kubectl.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        kubectl.within(f"pod-security-{level}").wait("serviceaccount", "default", bool, "created")

    def accepted(level: str, spec: dict[str, Any]) -> bool:
        manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": spec}
        try:
            kubectl.within(f"pod-security-{level}")("create", "--dry-run=server", "-f", "-", stdin=json.dumps(manifest))
        except KubectlError as error:
            if "violates PodSecurity" not in str(error):
                raise
            return False
        return True

    yield accepted
    for level in LEVELS:
        kubectl("delete", "namespace", f"pod-security-{level}", "--wait=false")


@pytest.mark.parametrize("build", JOBS.values(), ids=JOBS)
@pytest.mark.parametrize(("trainer", "strictest"), SPECS.values(), ids=SPECS)
def test_the_strictest_level_that_accepts_the_pods_of_a_spec(
    accepts: Callable[[str, dict[str, Any]], bool], build: Callable[..., Any], trainer: dict[str, Any], strictest: str
):
    spec = pod(build(trainer=trainer))
    assert [level for level in LEVELS if accepts(level, spec)] == list(LEVELS[: LEVELS.index(strictest) + 1])

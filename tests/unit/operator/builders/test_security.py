"""Pods are of the level `restricted` of the Pod Security Standards."""

from __future__ import annotations

import pytest

from detector_operator.builders import Settings
from support.manifests import BUILDERS, containers, pod, volumes

pytestmark = pytest.mark.parametrize("build", BUILDERS)

# The kinds of volumes that the level allows.
ALLOWED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


@pytest.mark.parametrize("config", [{"path": "/p"}, {"inline": "model { }"}], ids=["path", "inline"])
def test_it_is_of_the_level_restricted(build, config):
    job = build(pipelineConfig=config)
    context = pod(job)["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] != 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod(job).keys()
    assert all(volume.keys() - {"name"} <= ALLOWED_VOLUMES for volume in volumes(job).values())
    for container in containers(job):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in container["securityContext"]


def test_the_root_file_system_is_read_only(build):
    assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in containers(build()))


def test_it_has_no_token_of_the_api(build):
    assert pod(build(trainer={"serviceAccountName": "reader"}))["automountServiceAccountToken"] is False


def test_its_user_may_write_into_its_volumes(build):
    context = pod(build())["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (1000, 1000, 1000)
    assert context["fsGroupChangePolicy"] == "OnRootMismatch"


def test_a_cluster_that_chooses_users_itself_may(build):
    context = pod(build(settings=Settings(trainer_image="trainer:1", user_id=None)))["securityContext"]
    assert context == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def test_a_user_can_replace_single_fields(build):
    job = build(trainer={"podSecurityContext": {"runAsUser": 5}, "securityContext": {"readOnlyRootFilesystem": False}})
    assert (pod(job)["securityContext"]["runAsUser"], pod(job)["securityContext"]["fsGroup"]) == (5, 1000)
    for container in containers(job):
        assert container["securityContext"]["readOnlyRootFilesystem"] is False
        assert container["securityContext"]["allowPrivilegeEscalation"] is False

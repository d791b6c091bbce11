"""Volumes: the user's, and those that a read-only root file system makes necessary."""

from __future__ import annotations

import pytest

from detector_operator.builders import Settings
from support.manifests import BUILDERS, SETTINGS, containers, mounts, training_job, volumes

CLAIM = {"name": "data", "persistentVolumeClaim": {"claimName": "pets"}}
MOUNT = {"name": "data", "mountPath": "/data", "readOnly": True}


@pytest.mark.parametrize("build", BUILDERS)
def test_volumes_of_the_user_are_mounted_in_every_container(build):
    job = build(trainer={"volumes": [CLAIM], "volumeMounts": [MOUNT]})
    assert volumes(job)["data"] == CLAIM
    assert all(MOUNT in container["volumeMounts"] for container in containers(job))


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    ("settings", "source"),
    [
        (SETTINGS, {"sizeLimit": "16Gi"}),
        (Settings(trainer_image="trainer:1", tmp_size="100Gi"), {"sizeLimit": "100Gi"}),
        (Settings(trainer_image="trainer:1", tmp_size=None), {}),
    ],
    ids=["default", "set for all", "no limit"],
)
def test_tmp_is_writable_and_no_pod_fills_the_disk_of_its_node(build, settings, source):
    job = build(settings=settings)
    assert volumes(job)["detector-training-tmp"] == {"name": "detector-training-tmp", "emptyDir": source}
    assert all(mounts(container)["/tmp"] == "detector-training-tmp" for container in containers(job))


@pytest.mark.parametrize("build", BUILDERS)
def test_a_user_who_limits_the_whole_pod_has_said_how_much_may_be_in_tmp(build):
    """Else a healthy trainer that was given 500Gi would be evicted at 16Gi."""
    given = {"resources": {"limits": {"ephemeral-storage": "500Gi"}}}
    assert volumes(build(trainer=given, validation=given))["detector-training-tmp"]["emptyDir"] == {}


@pytest.mark.parametrize(
    ("settings", "given", "size"),
    [
        (SETTINGS, {}, "1Gi"),
        (Settings(trainer_image="trainer:1", shm_size="2Gi"), {}, "2Gi"),
        (SETTINGS, {"shmSize": "16Gi"}, "16Gi"),
    ],
    ids=["default", "set for all", "set for this one"],
)
def test_the_trainers_shared_memory_has_a_size(settings, given, size):
    job = training_job(settings=settings, trainer=given)
    assert volumes(job)["detector-training-shm"]["emptyDir"] == {"medium": "Memory", "sizeLimit": size}
    assert all(mounts(container)["/dev/shm"] == "detector-training-shm" for container in containers(job))


@pytest.mark.parametrize(("path", "ours"), [("/tmp", "tmp"), ("/tmp/", "tmp"), ("/dev/shm", "shm")])
def test_what_the_user_mounts_in_the_place_of_ours_stays(path, ours):
    mount = {"name": "data", "mountPath": path}
    job = training_job(trainer={"volumes": [CLAIM], "volumeMounts": [mount]})
    assert f"detector-training-{ours}" not in volumes(job)
    assert all(mounts(container)[path] == "data" for container in containers(job))


def test_a_mount_below_tmp_leaves_tmp_itself_to_us():
    job = training_job(trainer={"volumes": [CLAIM], "volumeMounts": [{"name": "data", "mountPath": "/tmp/data"}]})
    assert mounts(containers(job)[0]).keys() >= {"/tmp", "/tmp/data"}


@pytest.mark.parametrize("build", BUILDERS)
def test_no_name_of_ours_is_one_that_a_user_would_choose(build):
    ours = volumes(build(pipelineConfig={"inline": "model { }"}))
    assert ours.keys() >= {"detector-training-config", "detector-training-tmp"}
    assert all(name.startswith("detector-training-") for name in ours)

"""Given events about a pod whose containers are being created: which volume cannot be mounted."""

from __future__ import annotations

import pytest

from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import event, job, pod
from support.observed import CREATING, only_run

# (reason and message of the event, our reason or None, a part of the message)
EVENTS = {
    "the ConfigMap of a volume is missing": (
        ("FailedMount", 'MountVolume.SetUp failed for volume "detector-training-config" : configmap "pets-config" not found'),
        *("ConfigMapNotFound", "ConfigMap pets-config not found in this namespace."),
    ),
    "a key of it is missing": (
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: pipeline.config',
        ),
        *("ConfigMapNotFound", "The ConfigMap of a volume has no key pipeline.config."),
    ),
    "a key of a Secret is missing": (
        ("FailedMount", 'MountVolume.SetUp failed for volume "s" : references non-existent secret key: token'),
        *("SecretNotFound", "The Secret of a volume has no key token."),
    ),
    "the storage does not respond": (
        ("FailedMount", 'MountVolume.SetUp failed for volume "data" : mount failed: exit status 32'),
        *("VolumeNotMounted", "Volume data cannot be mounted: mount failed: exit status 32"),
    ),
    "it is attached to another node": (
        ("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other'),
        *("VolumeNotMounted", "A volume cannot be mounted: Multi-Attach error"),
    ),
    "a block device": (
        ("FailedMapVolume", 'MapVolume.SetUpDevice failed for volume "raw" : no such device'),
        *("VolumeNotMounted", "Volume raw cannot be mounted: no such device"),
    ),
    "the image is being pulled": (("Pulling", 'Pulling image "registry.example/trainer:1"'), None, ""),
}


@pytest.mark.parametrize(("given", "reason", "message"), EVENTS.values(), ids=EVENTS)
def test_the_volume_is_named(given, reason, message):
    about = pod(**CREATING)
    events = [event(about, "FailedMount", "an old one", at=5), event(about, *given, at=20)]
    run = only_run([job()], [about], events)
    assert run.state is RunState.STARTING
    assert (run.waiting.reason if run.waiting else None) == reason
    assert run.waiting is None or message in run.waiting.message


def test_a_running_container_has_its_volumes():
    about = pod()
    assert only_run([job()], [about], [event(about, "FailedMount", "x")]).waiting is None

"""Given the scheduler's message about a PersistentVolumeClaim: what is reported."""

from __future__ import annotations

import pytest

from support.kubernetes_objects import job, unscheduled
from support.observed import only_run

# (message of the scheduler, reason, message, hint)
MESSAGES = {
    "its volume no longer exists": (
        '0/3 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-1".',
        "PersistentVolumeClaimNotBound",
        'PersistentVolumeClaim "data" bound to non-existent persistentvolume "pv-1".',
        "Recreate it, or reference another one.",
    ),
    "missing": (
        '0/3 nodes are available: persistentvolumeclaim "datasets" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
        "PersistentVolumeClaimNotFound",
        "PersistentVolumeClaim datasets not found in this namespace.",
        "Create it, or fix the name in spec.trainer.volumes.",
    ),
    "not bound": (
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        "PersistentVolumeClaimNotBound",
        "PersistentVolumeClaim data is not bound.",
        "`kubectl describe pvc` shows why: usually the StorageClass is missing or its provisioner is failing.",
    ),
    "in deletion": (
        '0/3 nodes are available: persistentvolumeclaim "data" is being deleted.',
        "PersistentVolumeClaimNotBound",
        'PersistentVolumeClaim "data" is being deleted.',
        "Recreate it, or reference another one.",
    ),
}


@pytest.mark.parametrize(("scheduler", "reason", "message", "hint"), MESSAGES.values(), ids=MESSAGES)
def test_the_claim_is_named_with_a_hint(scheduler, reason, message, hint):
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    waiting = only_run([job()], [unscheduled(scheduler, volumes=volumes)]).waiting
    assert (waiting.reason, waiting.message, waiting.hint) == (reason, message, hint)

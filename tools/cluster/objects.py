"""Objects that tests and the demo make alike."""

from __future__ import annotations

import shutil
from pathlib import Path

from cluster.images import ROOT
from cluster.kubectl import Kubectl, Manifest

DATA = "/data"
"""Where a pod sees the volume that a training's files are on."""


def restricted_namespace(name: str) -> Manifest:
    """Create a namespace whose pods have to meet the Pod Security level `restricted`."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def prepared(folder: Path) -> Path:
    """Fill a directory of this machine with the examples, writable for every user."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    folder.chmod(0o777)
    return folder


def claim_folder(kubectl: Kubectl, name: str, folder: Path) -> Manifest:
    """Makes a directory of the node a claim of the namespace, as in production. Returns the volume of a pod that uses it."""
    volume_name = f"{kubectl.namespace}-{name}"
    size = {"storage": "1Gi"}
    # The volume names its claim: the other way round, a claim that is seen first waits for the next round, 15 s later.
    wanted_by = {"namespace": kubectl.namespace, "name": name}
    common = {"accessModes": ["ReadWriteOnce", "ReadOnlyMany"], "storageClassName": ""}
    kubectl.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": volume_name},
            "spec": {**common, "capacity": size, "claimRef": wanted_by, "hostPath": {"path": str(folder)}},
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name},
            "spec": {**common, "resources": {"requests": size}},
        },
    )
    kubectl.wait("persistentvolumeclaim", name, lambda claim: claim["status"].get("phase") == "Bound", "bound")
    return {"name": name, "persistentVolumeClaim": {"claimName": name}}


def claim(kubectl: Kubectl, name: str) -> Manifest:
    """Return a claim of the cluster's default StorageClass; bound once a pod uses it."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    kubectl.create({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec})
    return {"name": name, "persistentVolumeClaim": {"claimName": name}}


def pets(volume: Manifest, name: str = "pets") -> Manifest:
    """Return a training of examples/pets on the CPU, with examples/ at the top of the volume."""
    files = f"{DATA}/examples/pets"
    return {
        "apiVersion": "detector-training.io/v1alpha1",
        "kind": "DetectorTraining",
        "metadata": {"name": name},
        "spec": {
            "pipelineConfig": {
                "path": f"{files}/pipeline.config",
                "overrides": {
                    "labelMapPath": f"{files}/pet_label_map.pbtxt",
                    "trainInputPaths": [f"{files}/pets_examples.record"],
                },
            },
            "modelDir": f"{DATA}/models/{name}",
            "numSteps": 20,
            "trainer": {
                "gpus": 0,
                "volumes": [volume],
                "volumeMounts": [{"name": volume["name"], "mountPath": DATA}],
            },
        },
    }

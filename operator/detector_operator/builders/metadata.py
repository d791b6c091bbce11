"""Build the metadata of an object that belongs to a DetectorTraining."""

from __future__ import annotations

from collections.abc import Mapping

from detector_operator.api import DetectorTraining
from detector_operator.builders.manifest import Manifest, without_empty


def object_metadata(
    resource: DetectorTraining, name: str, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None
) -> Manifest:
    """Return metadata with an owner reference: the garbage collector deletes the object, so that no finalizer is needed."""
    return without_empty(
        {
            "name": name,
            "namespace": resource.metadata.namespace,
            "labels": dict(labels),
            "annotations": dict(annotations or {}),
            "ownerReferences": [_owner_reference(resource)],
        }
    )


def _owner_reference(resource: DetectorTraining) -> Manifest:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": resource.metadata.name,
        "uid": resource.metadata.uid,
        "controller": True,
        # True would require the permission to update finalizers of the owner.
        "blockOwnerDeletion": False,
    }

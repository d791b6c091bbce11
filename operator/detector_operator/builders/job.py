"""Build the parts that both Jobs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy

from detector_operator.api import DetectorTraining, Trainer
from detector_operator.api.rules import RESERVED
from detector_operator.builders.labels import run_labels
from detector_operator.builders.manifest import Manifest, without_empty
from detector_operator.builders.metadata import object_metadata
from detector_operator.builders.security import pod_security_context
from detector_operator.builders.settings import Settings
from detector_operator.builders.volumes import Volume, pod_volumes
from detector_operator.reconcile.runs import RunKind, run_name


def build_pod_spec(
    trainer: Trainer,
    settings: Settings,
    *,
    init_containers: Iterable[Manifest],
    container: Manifest,
    volumes: Iterable[Volume],
    fields: Manifest,
) -> Manifest:
    """Build the spec of a pod. Access to images and storage and the scheduler are the same for both Jobs; `fields` differ."""
    return without_empty(
        {
            **fields,
            "restartPolicy": "Never",
            "serviceAccountName": trainer.service_account_name,
            "automountServiceAccountToken": False,
            "imagePullSecrets": [{"name": secret.name} for secret in trainer.image_pull_secrets],
            "priorityClassName": trainer.priority_class_name,
            "schedulerName": trainer.scheduler_name,
            "enableServiceLinks": False,
            "securityContext": pod_security_context(trainer, settings),
            "initContainers": list(init_containers),
            "containers": [container],
            "volumes": pod_volumes(trainer, volumes),
        }
    )


def build_job(
    resource: DetectorTraining,
    kind: RunKind,
    attempt: int,
    pod_spec: Manifest,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    pod_failure_policy: Manifest | None = None,
) -> Manifest:
    """Build a Job with one pod, which ends with that pod.

    Args:
        resource: the owner.
        kind: kind of the run.
        attempt: number of the run.
        pod_spec: spec of the pod.
        labels: labels of the user, for the Job and its pod.
        annotations: annotations of the user, for the Job and its pod.
        pod_failure_policy: podFailurePolicy of the Job.
    """
    own_labels = run_labels(resource, kind, attempt)
    labels, annotations = _unreserved(labels), _unreserved(annotations)
    name = run_name(resource.metadata.name, kind, attempt)
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": object_metadata(resource, name, {**labels, **own_labels}, annotations),
        "spec": without_empty(
            {
                "completions": 1,
                "parallelism": 1,
                "backoffLimit": 0,
                # A terminating pod still writes: the Job does not end before it is gone.
                "podReplacementPolicy": "Failed",
                "podFailurePolicy": pod_failure_policy,
                "template": {
                    "metadata": without_empty({"labels": {**labels, **own_labels}, "annotations": annotations}),
                    "spec": pod_spec,
                },
            }
        ),
    }
    return deepcopy(job)  # so that a change of the manifest does not change the spec


def _unreserved(user: Mapping[str, str] | None) -> dict[str, str]:
    """Remove keys that are reserved for the operator: a resource may be older than the rule that rejects them."""
    return {key: value for key, value in (user or {}).items() if not key.startswith(RESERVED)}

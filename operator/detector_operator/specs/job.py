"""What both Jobs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy

from detector_operator.api import DetectorTraining, Trainer
from detector_operator.api.rules import RESERVED
from detector_operator.reconcile.runs import RunKind, run_name
from detector_operator.specs.labels import run_labels
from detector_operator.specs.manifest import Manifest, without_empty
from detector_operator.specs.metadata import object_metadata
from detector_operator.specs.security import pod_security_context
from detector_operator.specs.settings import Settings
from detector_operator.specs.volumes import Volume, pod_volumes


def build_pod_spec(
    trainer: Trainer,
    settings: Settings,
    *,
    init_containers: Iterable[Manifest],
    container: Manifest,
    volumes: Iterable[Volume],
    fields: Manifest,
) -> Manifest:
    """spec of a pod: what gives access to images and storage and who schedules it is the same for both; `fields` are not."""
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
    """A Job of one pod, which ends with this pod.

    Args:
        resource: the owner.
        kind: what the run does.
        attempt: its number.
        pod_spec: spec of the pod.
        labels: the user's, for the Job and its pod.
        annotations: the same.
        pod_failure_policy: what is said in the Job of a pod that has failed.
    """
    ours = run_labels(resource, kind, attempt)
    labels, annotations = _unreserved(labels), _unreserved(annotations)
    name = run_name(resource.metadata.name, kind, attempt)
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": object_metadata(resource, name, {**labels, **ours}, annotations),
        "spec": without_empty(
            {
                "completions": 1,
                "parallelism": 1,
                "backoffLimit": 0,
                # A pod that is being deleted still writes: the Job has not ended before it is gone.
                "podReplacementPolicy": "Failed",
                "podFailurePolicy": pod_failure_policy,
                "template": {
                    "metadata": without_empty({"labels": {**labels, **ours}, "annotations": annotations}),
                    "spec": pod_spec,
                },
            }
        ),
    }
    return deepcopy(job)  # whoever changes a manifest changes no spec


def _unreserved(theirs: Mapping[str, str] | None) -> dict[str, str]:
    """Leave out keys that are the operator's: a resource may be older than the rule that rejects them."""
    return {key: value for key, value in (theirs or {}).items() if not key.startswith(RESERVED)}

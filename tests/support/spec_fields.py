"""A value of each field of the spec, and why the admission policy of the chart has no list for it: a new field needs both."""

from __future__ import annotations

from typing import Any

from detector_operator.reconcile.runs import LogView, RunState
from support.trainings import T0, after, at, passed, train_run

# A value of each field that is not its default. A new field is added here, or to IN_DECISION below; tests/unit/operator verifies that it has an effect.
TRAINER: dict[str, Any] = {
    "image": "other:2",
    "image_pull_policy": "Never",
    "image_pull_secrets": [{"name": "registry"}],
    "gpus": 4,
    "gpu_resource": "nvidia.com/mig-3g.20gb",
    "resources": {"requests": {"cpu": "2"}},
    "shm_size": "2Gi",
    "env": [{"name": "NCCL_DEBUG", "value": "INFO"}],
    "env_from": [{"configMapRef": {"name": "common"}}],
    "volumes": [{"name": "data", "emptyDir": {}}],
    "volume_mounts": [{"name": "data", "mountPath": "/data"}],
    "node_selector": {"gpu": "a100"},
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "priority_class_name": "high",
    "runtime_class_name": "nvidia",
    "scheduler_name": "volcano",
    "service_account_name": "reader",
    "pod_security_context": {"runAsUser": 4711},
    "security_context": {"readOnlyRootFilesystem": False},
    "labels": {"kueue.x-k8s.io/queue-name": "gpus"},
    "annotations": {"sidecar.istio.io/inject": "false"},
    "termination_grace_period_seconds": 600,
}
VALIDATION: dict[str, Any] = {
    "policy": "Warn",
    "ignore": ["records/too-many-boxes"],
    "timeout_seconds": 60,
    "resources": {"limits": {"cpu": "8"}},
    "node_selector": {"pool": "cpu"},
    "tolerations": [{"key": "batch", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "labels": {"team": "vision"},
    "annotations": {"sidecar.istio.io/inject": "false"},
    "secrets": "Omit",
}
WITH_SECRET: dict[str, Any] = {"envFrom": [{"secretRef": {"name": "s3"}}]}
SPEC: dict[str, Any] = {
    "pipeline_config": {"path": "/other.config"},
    "model_dir": "/models/other",
    "num_steps": 200,
    "checkpoint_every_steps": 7,
    "stall_timeout_seconds": 60,
}
OVERRIDES: dict[str, Any] = {
    "num_classes": 37,
    "batch_size": 8,
    "fine_tune_checkpoint": "/data/ckpt-0",
    "fine_tune_checkpoint_type": "detection",
    "label_map_path": "/data/map.pbtxt",
    "train_input_paths": ["/data/train.record"],
    "eval_input_paths": ["/data/eval.record"],
}
RESOURCES: dict[str, Any] = {"requests": {"cpu": "3"}, "limits": {"memory": "7Gi"}}
SOURCES: dict[str, Any] = {
    "path": {"path": "/other.config"},
    "config_map_key_ref": {"configMapKeyRef": {"name": "configs", "key": "pets"}},
    "inline": {"inline": "model {}"},
}

STARTING = [passed(), train_run(state=RunState.STARTING)]
STEPPED = [passed(), train_run(progress=at(40), log=LogView(read_at=after(1)))]
CRASHED = [passed(), train_run(exit_code=70)]
DONE = [passed(), train_run(exit_code=0, stored=True)]

# Fields that decide and are in no Job: (a spec in which it alone is not the default, the observations, why no Job has it)
IN_DECISION: dict[str, Any] = {
    "trainer.start_timeout_seconds": (
        {"trainer": {"startTimeoutSeconds": 60}},
        [(STARTING, T0)],
        "a pod that does not come to its first step is stopped by the operator: the trainer may not have started",
    ),
    "retries": ({"retries": 0}, [(CRASHED, T0)], "each attempt is a Job, which `decide` counts"),
    "active_deadline_seconds": (
        {"activeDeadlineSeconds": 60},
        [(STEPPED, T0)],
        "it counts through all Jobs of the training",
    ),
    "ttl_seconds_after_finished": (
        {"ttlSecondsAfterFinished": 60},
        [(DONE, T0), (DONE, after(1))],
        "a Job is not deleted before its end is recorded, which only the operator knows",
    ),
    "suspend": ({"suspend": True}, [(STEPPED, T0)], "a suspended training has no Job"),
}

# Why spec.trainer and spec.validation may have a field without a list in `admissionPolicy.allowed`
UNLISTED = {
    "image_pull_policy": "an image that is on the node was pulled by the rules of its registry; AlwaysPullImages restricts that",
    "gpus": "a number: a ResourceQuota limits it",
    "shm_size": "counts as memory of the container",
    "volume_mounts": "paths in the container; what is mounted is in volumes",
    "node_selector": "narrows the choice of nodes",
    "affinity": "narrows the choice of nodes",
    "termination_grace_period_seconds": "at most an hour, by its schema",
    "start_timeout_seconds": "is the operator's",
    # Of the validation:
    "policy": "not of its pod",
    "ignore": "not of its pod",
    "timeout_seconds": "not of its pod",
    "secrets": "leaves something out",
    "validation.resources": "never an extended resource, by its builder; a ResourceQuota limits the others",
}

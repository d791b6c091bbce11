"""Every CamelCase reason that a termination message, a condition or an event can have: one file, so that each has one name."""

from __future__ import annotations

from typing import Final

# Validation.
VALIDATION_PASSED: Final = "ValidationPassed"
VALIDATION_REJECTED: Final = "ValidationRejected"
VALIDATION_SKIPPED: Final = "ValidationSkipped"
VALIDATION_FAILED: Final = "ValidationFailed"  # the validation itself failed: no verdict
VALIDATION_TIMED_OUT: Final = "ValidationTimedOut"

# Preflight: what a trainer pod finds before it trains.
PREFLIGHT_PASSED: Final = "PreflightPassed"
INPUT_UNREADABLE: Final = "InputUnreadable"
INPUTS_CHANGED: Final = "InputsChanged"  # they are not the validated ones
TOO_FEW_GPUS: Final = "TooFewGpus"
MODEL_DIR_UNUSABLE: Final = "ModelDirUnusable"
MODEL_DIR_IN_USE: Final = "ModelDirInUse"  # something else trains in it

# How a training ends.
COMPLETED: Final = "Completed"
ALREADY_COMPLETE: Final = "AlreadyComplete"  # model_dir is at or past num_steps: nothing to do
STOPPED: Final = "Stopped"  # SIGTERM or SIGINT, checkpoint saved
NON_FINITE_LOSS: Final = "NonFiniteLoss"
TRAINING_STALLED: Final = "TrainingStalled"
USAGE: Final = "WrongFlags"
INVALID_CONFIG: Final = "InvalidConfig"
INVALID_LABEL_MAP: Final = "InvalidLabelMap"
DATA_ERROR: Final = "DataError"
CHECKPOINT_NOT_RESTORED: Final = "CheckpointNotRestored"
OUT_OF_MEMORY: Final = "OutOfMemory"
STORAGE_ERROR: Final = "StorageError"
DISK_FULL: Final = "DiskFull"
ENVIRONMENT_UNUSABLE: Final = "EnvironmentUnusable"
UNCLASSIFIED: Final = "Unclassified"
KILLED_BY_SIGNAL: Final = "KilledBySignal"

# How a run ends on a cluster, where its exit code is not enough to know.
OOM_KILLED: Final = "OOMKilled"
STORAGE_LIMIT_EXCEEDED: Final = "StorageLimitExceeded"  # more in emptyDirs or the root file system than the pod may have
INIT_FAILED: Final = "InitFailed"
EVICTED: Final = "Evicted"
PREEMPTED: Final = "Preempted"
NODE_LOST: Final = "NodeLost"
NODE_SHUT_DOWN: Final = "NodeShutDown"
NODE_REFUSED_POD: Final = "NodeRefusedPod"
POD_DELETED: Final = "PodDeleted"
JOB_DELETED: Final = "JobDeleted"

# What a run waits for on a cluster.
UNSCHEDULABLE: Final = "Unschedulable"
QUOTA_EXCEEDED: Final = "QuotaExceeded"
POD_NOT_CREATED: Final = "PodNotCreated"
JOB_NOT_CREATED: Final = "JobNotCreated"
SERVICE_ACCOUNT_NOT_FOUND: Final = "ServiceAccountNotFound"
PVC_NOT_FOUND: Final = "PersistentVolumeClaimNotFound"
PVC_NOT_BOUND: Final = "PersistentVolumeClaimNotBound"
CONFIG_MAP_NOT_FOUND: Final = "ConfigMapNotFound"
SECRET_NOT_FOUND: Final = "SecretNotFound"
VOLUME_NOT_MOUNTED: Final = "VolumeNotMounted"
IMAGE_NOT_PULLED: Final = "ImageNotPulled"
INVALID_IMAGE_NAME: Final = "InvalidImageName"
CONTAINER_CANNOT_START: Final = "ContainerCannotStart"  # also how a run ends
JOB_SUSPENDED: Final = "JobSuspended"  # a queue has not admitted it

# The operator's own.
INVALID_SPEC: Final = "InvalidSpec"
WAITING: Final = "Waiting"
VALIDATING: Final = "Validating"
QUEUED: Final = "Queued"
STARTING: Final = "Starting"  # its pod is on a node, and train has not started
TRAINING: Final = "Training"
LOG_UNAVAILABLE: Final = "LogUnavailable"  # it trains, and its log cannot be read
RETRYING: Final = "Retrying"
SUSPENDED: Final = "Suspended"
RETRIES_EXHAUSTED: Final = "RetriesExhausted"
START_TIMED_OUT: Final = "StartTimedOut"  # no step within spec.trainer.startTimeoutSeconds
RETRY_REQUESTED: Final = "RetryRequested"  # by the annotation detector-training.io/retry
UNSUPPORTED_RESOURCE: Final = "UnsupportedResource"  # this version of the operator cannot read it
NAMESPACE_NOT_WATCHED: Final = "NamespaceNotWatched"  # nothing is trained in this namespace
DEADLINE_EXCEEDED: Final = "DeadlineExceeded"
INTERRUPTED: Final = "Interrupted"  # the run went away with its node, or with the command that started it
SPEC_CHANGED: Final = "SpecChanged"  # a run of an earlier spec is stopped

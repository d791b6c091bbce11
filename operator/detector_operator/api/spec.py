"""Define `spec` of a DetectorTraining, which users write."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from detector_operator.api import bounds, rules
from detector_operator.api.list_map import ListMap
from detector_operator.api.model import SpecModel
from detector_operator.api.pod import EnvVar, Free, Volume, VolumeMount

Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=bounds.NAME)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=bounds.PATH)]
Image = Annotated[str, StringConstraints(min_length=1, max_length=bounds.TEXT)]
Paths = Annotated[list[Path], Field(min_length=1, max_length=10_000)]
"""Large enough to list every shard of a large data set."""
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
Quantity = Annotated[int | str, WithJsonSchema({"x-kubernetes-int-or-string": True, "maxLength": 64}), rules.QUANTITY]
LabelValue = Annotated[str, StringConstraints(max_length=63)]
AnnotationValue = Annotated[str, StringConstraints(max_length=1 << 16)]
Labels = Annotated[dict[str, LabelValue], Field(max_length=64), rules.NOT_RESERVED]
Annotations = Annotated[dict[str, AnnotationValue], Field(max_length=64), rules.NOT_RESERVED]
NodeLabels = Annotated[dict[str, LabelValue], Field(max_length=64)]
Tolerations = Annotated[list[Free], Field(max_length=200)]
Quantities = Annotated[dict[str, Quantity], Field(max_length=32)]


class ConfigMapKeyRef(SpecModel):
    """A key of a ConfigMap in the same namespace."""

    name: Name
    """Name of the ConfigMap."""
    key: Name
    """Key in it that holds the pipeline config."""


class Overrides(SpecModel):
    """Values that replace those of the pipeline config, so that one config serves several trainings."""

    num_classes: Count | None = None
    """Replaces num_classes of the model: the number of classes."""
    batch_size: Count | None = None
    """Replaces train_config.batch_size: images per step, over all GPUs together."""
    fine_tune_checkpoint: Path | None = None
    """Replaces train_config.fine_tune_checkpoint: prefix of the checkpoint to start from, for example /data/ckpt-0."""
    fine_tune_checkpoint_type: Literal["detection", "classification", "full"] | None = None
    """Replaces train_config.fine_tune_checkpoint_type: which variables are restored from the checkpoint."""
    label_map_path: Path | None = None
    """Replaces label_map_path of the training reader and of every evaluation reader."""
    train_input_paths: Paths | None = None
    """Replaces the record files of train_input_reader; patterns such as train-?????-of-00010 are allowed."""
    eval_input_paths: Paths | None = None
    """Replaces the record files of eval_input_reader."""


class PipelineConfig(SpecModel):
    """The pipeline config of the TensorFlow Object Detection API. Exactly one of path, configMapKeyRef and inline."""

    path: Path | None = None
    """Path of the config file, as the trainer sees it."""
    config_map_key_ref: ConfigMapKeyRef | None = None
    """Key of a ConfigMap that contains the config."""
    inline: Annotated[Text, Field(max_length=rules.MAX_INLINE)] | None = None
    """The text of the config itself."""
    overrides: Overrides = Overrides()
    """Values that replace those of the config."""


class Resources(SpecModel):
    """Resource requirements of a container, as in a pod."""

    requests: Quantities = {}
    """Resources reserved for the container, for example cpu, memory, ephemeral-storage."""
    limits: Quantities = {}
    """Maximum resources that the container may use."""


class LocalObjectReference(SpecModel):
    """Reference to an object in the same namespace."""

    name: Name
    """Name of the object."""


class Trainer(SpecModel):
    """The pod that trains."""

    image: Image | None = None
    """Image of the trainer. Default: the trainer image of the operator."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """Pull policy of the image, as in a pod."""
    image_pull_secrets: Annotated[list[LocalObjectReference], Field(max_length=100), ListMap("name")] = []
    """Secrets to pull the image with."""
    gpus: Annotated[int, Field(ge=0, le=64)] = 1
    """GPUs per worker; 0 trains on the CPU."""
    gpu_resource: Annotated[Text, Field(max_length=317), rules.GPU_RESOURCE] | None = None
    """Extended resource for GPUs, for example nvidia.com/mig-3g.20gb. Default: that of the operator."""
    resources: Resources = Resources()
    """Requests and limits of the trainer; GPUs are added from gpus."""
    shm_size: Quantity | None = None
    """Size limit of /dev/shm, which counts as memory of the trainer. Default: that of the operator (1Gi)."""
    env: Annotated[list[EnvVar], Field(max_length=2000), ListMap("name")] = []
    """Environment variables, as in a container."""
    env_from: Annotated[list[Free], Field(max_length=200)] = []
    """Sources of environment variables, as in a container."""
    volumes: Annotated[list[Volume], Field(max_length=500), ListMap("name")] = []
    """Volumes of the pod: where the data, the model and the config are."""
    volume_mounts: Annotated[list[VolumeMount], Field(max_length=1000), ListMap("mountPath")] = []
    """Where the volumes are mounted."""
    node_selector: NodeLabels = {}
    """Labels that a node must have."""
    tolerations: Tolerations = []
    """Taints of nodes that the pod tolerates."""
    affinity: Free = {}
    """Rules for the choice of the node, as in a pod."""
    priority_class_name: Name | None = None
    """Priority class of the pod."""
    runtime_class_name: Name | None = None
    """Runtime class of the pod, for example nvidia."""
    scheduler_name: Name | None = None
    """Scheduler of the pod."""
    service_account_name: Name | None = None
    """Service account of the pod, for clouds that grant access to storage by it. No token is mounted."""
    pod_security_context: Free = {}
    """securityContext of the pod. Its fields override the defaults, which meet the level restricted."""
    security_context: Free = {}
    """securityContext of the container. Its fields override the defaults, which meet the level restricted."""
    labels: Labels = {}
    """Labels added to the training's Job and its pod, for example kueue.x-k8s.io/queue-name."""
    annotations: Annotations = {}
    """Annotations added to the training's Job and its pod."""
    termination_grace_period_seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    """Grace period of a stop: the trainer finishes its step and saves a checkpoint within this time."""
    start_timeout_seconds: Count = 3600
    """Timeout of each half of a start: from the assignment of the pod to a node until the trainer starts (image pull, volume
    mounts, preflight), and from there to the first step. The run is then stopped and, unless its image or a reference is
    invalid, retried."""


class Validation(SpecModel):
    """Validation of the inputs on a CPU, before any GPU is requested."""

    policy: Literal["Enforce", "Warn", "Skip"] = "Enforce"
    """Enforce rejects inputs that will not train; Warn reports errors and trains anyway; Skip does not validate."""
    ignore: Annotated[list[Annotated[Text, Field(max_length=100), rules.FINDING_CODE]], Field(max_length=100)] = []
    """Codes of findings to ignore, for example records/too-many-boxes."""
    timeout_seconds: Count = 3600
    """Timeout of the validation."""
    resources: Resources = Resources()
    """Requests and limits of the validation's pod; never a GPU. Its CPU limit is the number of processes that read records."""
    node_selector: NodeLabels = {}
    """Labels that its node must have. Those of the trainer do not apply, because they select nodes with GPUs."""
    tolerations: Tolerations = []
    """Taints of nodes that its pod tolerates."""
    affinity: Free = {}
    """Rules for the choice of its node, as in a pod."""
    labels: Labels = {}
    """Labels added to the validation's Job and its pod. Those of the trainer do not apply, so that no GPU queue delays it."""
    annotations: Annotations = {}
    """Annotations added to the validation's Job and its pod."""
    secrets: Literal["Inherit", "Omit"] | None = None
    """Inherit: its pod has the Secrets of the trainer, in variables and volumes. Omit: it has none, except for volumes that
    contain a path in the spec; the deep checks then cannot read data in buckets, and reject it. Default: that of the operator
    (Inherit)."""


class Spec(SpecModel):
    """Desired training configuration."""

    pipeline_config: Annotated[PipelineConfig, rules.ONE_SOURCE, rules.INLINE_SIZE]
    """The pipeline config and its overrides."""
    model_dir: Annotated[Text, Field(max_length=4096), rules.ABSOLUTE_MODEL_DIR]
    """Directory for checkpoints and summaries, as the trainer sees it. Training resumes from a checkpoint in it."""
    num_steps: Count
    """Number of the last step."""
    checkpoint_every_steps: Count = 1000
    """Interval of checkpoints in steps. The last step is always saved."""
    trainer: Trainer = Trainer()
    """The pod that trains."""
    validation: Validation = Validation()
    """Validation of the inputs before the training."""
    retries: Annotated[int, Field(ge=0, le=1000)] = 3
    """Number of retries after a failure that may be transient. Preemptions and lost nodes do not count."""
    active_deadline_seconds: Count | None = None
    """The training fails if it is not complete within this time after its first pod was assigned to a node."""
    stall_timeout_seconds: Count = 1800
    """The training fails if no step completes within this time."""
    ttl_seconds_after_finished: Annotated[int, Field(ge=0, le=2**31 - 1)] = 600
    """How long the Job of an ended run is kept, with its pod and log. The resource and its status stay."""
    suspend: bool = False
    """true stops the training after a checkpoint and creates no pods; false resumes from the checkpoint."""

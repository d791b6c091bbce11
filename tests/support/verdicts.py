"""Specs, and their verdicts: by the API server when one is applied, by `run` when it reads the file."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detector_operator.builders.manifest import Manifest

NAME = "pets"
SOUND = {"pipelineConfig": {"path": "/data/pipeline.config"}, "modelDir": "/models/pets", "numSteps": 100}


@dataclass(frozen=True)
class Case:
    """A part of a spec, and the sentence with which each of the two refuses it; None where it takes it."""

    spec: Manifest
    cluster: str | None = None
    run: str | None = None
    name: str = NAME

    @property
    def manifest(self) -> Manifest:
        return manifest(self.spec, self.name)


def manifest(spec: Mapping[str, Any] | None = None, name: str = NAME) -> Manifest:
    """A DetectorTraining; the given fields replace valid ones, and `...` removes a field."""
    whole = {key: value for key, value in {**copy.deepcopy(SOUND), **(spec or {})}.items() if value is not ...}
    return {"apiVersion": "detector-training.io/v1alpha1", "kind": "DetectorTraining", "metadata": {"name": name}, "spec": whole}


def trainer(**fields: Any) -> Manifest:
    return {"trainer": fields}


def config(**fields: Any) -> Manifest:
    return {"pipelineConfig": fields}


def limits(quantity: float | str) -> Manifest:
    return trainer(resources={"limits": {"cpu": quantity}})


ONE_SOURCE = "requires exactly one of path, configMapKeyRef and inline"
A_QUANTITY = "must be a quantity such as 2, 500m or 16Gi, and not negative"
A_MULTIPLE = "must be a multiple of trainer.gpus: the trainer splits every batch evenly over its GPUs"
ABSOLUTE = (
    "must begin with / and be on one of trainer.volumes, or in a bucket such as gs://bucket/pets: the pod itself is read-only"
)
A_CODE = "must be the code of a finding, area/what-is-wrong, for example records/too-many-boxes"
TOO_LONG = "must be at most 131,072 bytes long; store it in a ConfigMap and set configMapKeyRef, or on a volume and set path"
EXTENDED = "must be an extended resource such as nvidia.com/gpu"
A_NAME = "metadata.name: Invalid value: must have at most 45 characters and no dot: the names of Jobs and pods contain it"

RESERVED = "must not contain keys that begin with detector-training.io/: they are reserved for the operator"

CASES = {
    "a label of a queue": Case(trainer(labels={"kueue.x-k8s.io/queue-name": "gpus"})),
    "a label that is reserved": Case(
        trainer(labels={"detector-training.io/attempt": "9"}),
        f"spec.trainer.labels: Invalid value: {RESERVED}",
        f"spec.trainer.labels {RESERVED}.",
    ),
    "an annotation that is reserved": Case(
        trainer(annotations={"detector-training.io/stop-reason": "Suspended"}),
        f"spec.trainer.annotations: Invalid value: {RESERVED}",
        f"spec.trainer.annotations {RESERVED}.",
    ),
    "an annotation of a validation that is reserved": Case(
        {"validation": {"annotations": {"detector-training.io/retry": "1"}}},
        f"spec.validation.annotations: Invalid value: {RESERVED}",
        f"spec.validation.annotations {RESERVED}.",
    ),
    "the least there can be": Case({}),
    "a config in a ConfigMap": Case(config(configMapKeyRef={"name": "pets", "key": "pipeline.config"})),
    "a config in the resource": Case(config(inline="model {}")),
    "no config": Case({"pipelineConfig": ...}, "spec.pipelineConfig: Required value", "spec.pipelineConfig is required."),
    "no source of the config": Case(config(), ONE_SOURCE, f"spec.pipelineConfig {ONE_SOURCE}."),
    "two sources of the config": Case(config(path="a", inline="b"), ONE_SOURCE, f"spec.pipelineConfig {ONE_SOURCE}."),
    "half a reference": Case(
        config(configMapKeyRef={"name": "pets"}),
        "spec.pipelineConfig.configMapKeyRef.key: Required value",
        "spec.pipelineConfig.configMapKeyRef.key is required.",
    ),
    "an inline config as long as may be": Case(config(inline="#" * 131_072)),
    "an inline config that is too long": Case(
        config(inline="#" * 131_073),
        "spec.pipelineConfig.inline: Too long: may not be more than 131072 bytes",
        "spec.pipelineConfig.inline is '" + "#" * 59 + "…, must be at most 131072 characters long.",
    ),
    "an inline config that is too long in UTF-8": Case(
        config(inline="ü" * 65_537),
        f"spec.pipelineConfig.inline: Invalid value: {TOO_LONG}",
        f"spec.pipelineConfig.inline {TOO_LONG}.",
    ),
    "a misspelt field": Case(
        {"numStep": 3}, 'unknown field "spec.numStep"', 'unknown field "spec.numStep"; did you mean numSteps?'
    ),
    "a misspelt field further in": Case(
        trainer(gpu=1), 'unknown field "spec.trainer.gpu"', 'unknown field "spec.trainer.gpu"; did you mean gpus?'
    ),
    "a value that is not on the list": Case(
        {"validation": {"policy": "Warm"}},
        'spec.validation.policy: Unsupported value: "Warm": supported values: "Enforce", "Warn", "Skip"',
        "spec.validation.policy is 'Warm', must be Enforce, Warn or Skip.",
    ),
    "a number as text": Case(
        {"retries": "3"},
        'spec.retries: Invalid value: "string": spec.retries in body must be of type integer: "string"',
        "spec.retries is '3', must be an integer.",
    ),
    "a negative number": Case(
        {"retries": -1},
        "spec.retries: Invalid value: -1: spec.retries in body should be greater than or equal to 0",
        "spec.retries is -1, must be at least 0.",
    ),
    "no steps": Case(
        {"numSteps": 0},
        "spec.numSteps: Invalid value: 0: spec.numSteps in body should be greater than or equal to 1",
        "spec.numSteps is 0, must be at least 1.",
    ),
    "a list without items": Case(
        config(path="a", overrides={"trainInputPaths": []}),
        "spec.pipelineConfig.overrides.trainInputPaths in body should have at least 1 items",
        "spec.pipelineConfig.overrides.trainInputPaths is an empty list, must be a list of at least 1.",
    ),
    "a batch that three GPUs can share": Case({**config(path="a", overrides={"batchSize": 9}), **trainer(gpus=3)}),
    "a batch that three GPUs cannot share": Case(
        {**config(path="a", overrides={"batchSize": 8}), **trainer(gpus=3)},
        f"spec.pipelineConfig.overrides.batchSize: Invalid value: {A_MULTIPLE}",
        f"spec.pipelineConfig.overrides.batchSize {A_MULTIPLE}.",
    ),
    "a batch on a CPU": Case({**config(path="a", overrides={"batchSize": 7}), **trainer(gpus=0)}),
    "a model directory in a bucket": Case({"modelDir": "gs://bucket/pets"}),
    "a relative model directory": Case({"modelDir": "runs/pets"}, f'spec.modelDir: Invalid value: "runs/pets": {ABSOLUTE}'),
    "quantities": Case(
        trainer(
            resources={
                "requests": {"cpu": 2, "memory": "1.5Gi"},
                "limits": {"cpu": "2500m", "memory": "2e9", "ephemeral-storage": 0},
            },
            shmSize="8Gi",
        )
    ),
    "a quantity that is none": Case(
        limits("two"),
        f'spec.trainer.resources.limits[cpu]: Invalid value: "two": {A_QUANTITY}',
        f"spec.trainer.resources.limits.cpu is 'two', {A_QUANTITY}.",
    ),
    "a quantity with a unit that is none": Case(
        trainer(shmSize="8GB"),
        f'spec.trainer.shmSize: Invalid value: "8GB": {A_QUANTITY}',
        f"spec.trainer.shmSize is '8GB', {A_QUANTITY}.",
    ),
    "a negative quantity": Case(
        limits(-1),
        f"spec.trainer.resources.limits[cpu]: Invalid value: -1: {A_QUANTITY}",
        f"spec.trainer.resources.limits.cpu is -1, {A_QUANTITY}.",
    ),
    "a negative quantity as text": Case(
        limits("-1"),
        f'spec.trainer.resources.limits[cpu]: Invalid value: "-1": {A_QUANTITY}',
        f"spec.trainer.resources.limits.cpu is '-1', {A_QUANTITY}.",
    ),
    "a quantity with a fraction and no quotes": Case(
        limits(1.5),
        'spec.trainer.resources.limits.cpu in body must be of type integer,string: "number"',
        "spec.trainer.resources.limits.cpu is 1.5, must be an integer or a string (put a number or a date in quotes).",
    ),
    "a slice of a GPU": Case(trainer(gpuResource="nvidia.com/mig-3g.20gb")),
    "a GPU that is none": Case(
        trainer(gpuResource="gpu"),
        f'spec.trainer.gpuResource: Invalid value: "gpu": {EXTENDED}',
        f"spec.trainer.gpuResource is 'gpu', {EXTENDED}.",
    ),
    "codes to ignore": Case({"validation": {"ignore": ["records/too-many-boxes", "config/invalid-batch-size"]}}),
    "a code that is none": Case(
        {"validation": {"ignore": ["too many boxes"]}},
        f'spec.validation.ignore[0]: Invalid value: "too many boxes": {A_CODE}',
        f"spec.validation.ignore[0] is 'too many boxes', {A_CODE}.",
    ),
    "fields of a pod": Case(
        trainer(
            env=[{"name": "A", "value": "b"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
            volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
            volumeMounts=[{"name": "data", "mountPath": "/data"}, {"name": "data", "mountPath": "/models", "subPath": "models"}],
            tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}],
            affinity={"nodeAffinity": {}},
        )
    ),
    "a variable without a name": Case(
        trainer(env=[{"value": "b"}]), "spec.trainer.env[0].name: Required value", "spec.trainer.env[0].name is required."
    ),
    "a variable twice": Case(
        trainer(env=[{"name": "A", "value": "b"}, {"name": "A", "value": "c"}]),
        'spec.trainer.env[1]: Duplicate value: {"name":"A"}',
        "spec.trainer.env[1].name: duplicate value 'A'.",
    ),
    "two volumes in one place": Case(
        trainer(volumeMounts=[{"name": "a", "mountPath": "/data"}, {"name": "b", "mountPath": "/data"}]),
        'spec.trainer.volumeMounts[1]: Duplicate value: {"mountPath":"/data"}',
        "spec.trainer.volumeMounts[1].mountPath: duplicate value '/data'.",
    ),
    "a name as long as may be": Case({}, name="a" * 45),
    "a name that is too long": Case(
        {}, A_NAME, f"metadata.name is '{'a' * 46}', must be at most 45 characters long.", name="a" * 46
    ),
    "a name with a dot": Case(
        {},
        A_NAME,
        "metadata.name is 'pets.v1', must be lower case letters, digits and '-', beginning and ending with a letter or digit.",
        name="pets.v1",
    ),
}

# On one machine there is no read-only pod: a relative path starts where `run` is called.
OF_CLUSTERS_ALONE = {"a relative model directory"}

"""List the validation rules of the spec: an invalid spec is rejected with a sentence when it is applied."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.api.rule import Rule

# The names of Jobs and pods contain it (NAME-validate-3, five more characters for a pod) and may have 63 characters.
MAX_NAME: Final = 45
# Bytes. Official configs have 3 to 9 kB; every list and every event of a watch contains the text.
MAX_INLINE: Final = 128 * 1024

RESERVED: Final = "detector-training.io/"
"""Prefix of labels and annotations that are reserved for the operator."""

_CODE = r"^[a-z0-9-]+/[a-z0-9-]+$"
_EXTENDED_RESOURCE = r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?/[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$"
_QUANTITY = r"^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"


ONE_SOURCE: Final = Rule(
    "(has(self.path) ? 1 : 0) + (has(self.configMapKeyRef) ? 1 : 0) + (has(self.inline) ? 1 : 0) == 1",
    "requires exactly one of path, configMapKeyRef and inline",
    lambda config: [config.path, config.config_map_key_ref, config.inline].count(None) == 2,
)
# A rule of the config, not of its text: otherwise the API server would print the whole text.
INLINE_SIZE: Final = Rule(
    f"!has(self.inline) || size(bytes(self.inline)) <= {MAX_INLINE}",
    f"must be at most {MAX_INLINE:,} bytes long; store it in a ConfigMap and set configMapKeyRef, or on a volume and set path",
    lambda config: config.inline is None or len(config.inline.encode()) <= MAX_INLINE,
    field="inline",
)
BATCH_DIVIDES: Final = Rule(
    "!has(self.pipelineConfig.overrides) || !has(self.pipelineConfig.overrides.batchSize) || self.trainer.gpus < 2 || "
    "self.pipelineConfig.overrides.batchSize % self.trainer.gpus == 0",
    "must be a multiple of trainer.gpus: the trainer splits every batch evenly over its GPUs",
    lambda spec: spec.trainer.gpus < 2 or (spec.pipeline_config.overrides.batch_size or 0) % spec.trainer.gpus == 0,
    field="pipelineConfig.overrides.batchSize",
)
# On one machine `run` accepts a path relative to the current directory.
ABSOLUTE_MODEL_DIR: Final = Rule(
    "self.matches('^(/|[a-z0-9]+://)')",
    "must begin with / and be on one of trainer.volumes, or in a bucket such as gs://bucket/pets: the pod itself is read-only",
)
QUANTITY: Final = Rule(
    "type(self) == int ? self >= 0 : isQuantity(self) && !self.startsWith('-')",
    "must be a quantity such as 2, 500m or 16Gi, and not negative",
    lambda quantity: quantity >= 0 if isinstance(quantity, int) else re.fullmatch(_QUANTITY, quantity) is not None,
)
GPU_RESOURCE: Final = Rule(
    f"self.matches('{_EXTENDED_RESOURCE}')",
    "must be an extended resource such as nvidia.com/gpu",
    lambda name: re.fullmatch(_EXTENDED_RESOURCE, name) is not None,
)
FINDING_CODE: Final = Rule(
    f"self.matches('{_CODE}')",
    "must be the code of a finding, area/what-is-wrong, for example records/too-many-boxes",
    lambda code: re.fullmatch(_CODE, code) is not None,
)
NOT_RESERVED: Final = Rule(
    f"self.all(key, !key.startsWith('{RESERVED}'))",
    f"must not contain keys that begin with {RESERVED}: they are reserved for the operator",
    lambda keys: not any(key.startswith(RESERVED) for key in keys),
)

# Rules of the whole resource: of the metadata, CEL can read only the name, and only these rules can read the status. pydantic
# has no access to the previous spec, and validates the name in `Metadata`.
RESOURCE_RULES: Final = (
    Rule(
        f"size(self.metadata.name) <= {MAX_NAME} && !self.metadata.name.contains('.')",
        f"must have at most {MAX_NAME} characters and no dot: the names of Jobs and pods contain it",
        field="metadata.name",
    ),
    Rule(
        "self.spec.modelDir == oldSelf.spec.modelDir || !has(self.status) || !has(self.status.phase) || "
        "!(self.status.phase in ['Queued', 'Starting', 'Training']) || !has(self.status.training) || "
        "!has(self.status.training.step)",
        "must not change while the training runs, because it would start from scratch there: set suspend to true first",
        field="spec.modelDir",
    ),
)

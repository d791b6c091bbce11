"""Provide the pipeline config as a file in a pod: from a volume of the user, a ConfigMap, or the resource itself."""

from __future__ import annotations

from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.api.inline_text import digest_of, short_digest
from detector_operator.builders.labels import object_labels
from detector_operator.builders.manifest import Manifest
from detector_operator.builders.metadata import object_metadata
from detector_operator.builders.volumes import Volume

MOUNT_PATH: Final = "/etc/detector-training"
FILE: Final = "pipeline.config"


def build_config_map(resource: DetectorTraining) -> Manifest | None:
    """Build the ConfigMap of spec.pipelineConfig.inline, or of its digest if the resource has only that; None if it is not set.

    Its name contains a hash of the text, and it is immutable: a running pod keeps the text of an earlier spec.
    """
    text = resource.spec.pipeline_config.inline
    if text is None:
        return None
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": object_metadata(resource, _name(resource, text), object_labels(resource)),
        "immutable": True,
        "data": {FILE: text},
    }


def pipeline_config_path(resource: DetectorTraining) -> str:
    """Return the path of the config in the containers."""
    return resource.spec.pipeline_config.path or f"{MOUNT_PATH}/{FILE}"


def pipeline_config_volumes(resource: DetectorTraining) -> list[Volume]:
    """Return the volume of the config; none if it is on a volume of the user."""
    config = resource.spec.pipeline_config
    if config.config_map_key_ref is not None:
        name, key = config.config_map_key_ref.name, config.config_map_key_ref.key
    elif config.inline is not None:
        name, key = _name(resource, config.inline), FILE
    else:
        return []
    source = {"configMap": {"name": name, "items": [{"key": key, "path": FILE}]}}
    return [Volume("config", MOUNT_PATH, source, read_only=True)]


def _name(resource: DetectorTraining, text: str) -> str:
    return f"{resource.metadata.name}-config-{short_digest(digest_of(text))}"

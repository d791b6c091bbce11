"""The pipeline config as a file in a pod: where it lies on a volume of the user's, in a ConfigMap, or in the resource itself."""

from __future__ import annotations

from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.api.inline_text import digest_of, short
from detector_operator.specs.labels import object_labels
from detector_operator.specs.manifest import Manifest
from detector_operator.specs.metadata import object_metadata
from detector_operator.specs.volumes import Volume

FOLDER: Final = "/etc/detector-training"
FILE: Final = "pipeline.config"


def build_config_map(resource: DetectorTraining) -> Manifest | None:
    """The ConfigMap of spec.pipelineConfig.inline, or of its digest if the resource has only that; None if there is none.

    Its name has a hash of the text and it is immutable: a pod that still runs on the text of an earlier spec keeps it.
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
    """Path of the config in the containers."""
    return resource.spec.pipeline_config.path or f"{FOLDER}/{FILE}"


def pipeline_config_volumes(resource: DetectorTraining) -> list[Volume]:
    """What the config is mounted from; nothing if it lies on a volume of the user's."""
    config = resource.spec.pipeline_config
    if config.config_map_key_ref is not None:
        name, key = config.config_map_key_ref.name, config.config_map_key_ref.key
    elif config.inline is not None:
        name, key = _name(resource, config.inline), FILE
    else:
        return []
    source = {"configMap": {"name": name, "items": [{"key": key, "path": FILE}]}}
    return [Volume("config", FOLDER, source, read_only=True)]


def _name(resource: DetectorTraining, text: str) -> str:
    return f"{resource.metadata.name}-config-{short(digest_of(text))}"

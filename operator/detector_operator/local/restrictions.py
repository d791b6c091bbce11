"""What of a spec needs a cluster."""

from __future__ import annotations

from detector_operator.api import Spec


def problems(spec: Spec) -> list[str]:
    """Why a spec cannot run on one machine: one sentence each."""
    found = []
    if spec.pipeline_config.config_map_key_ref is not None:
        found.append("spec.pipelineConfig.configMapKeyRef needs a cluster, and there is none here: use path or inline.")
    if "://" in spec.model_dir:
        found.append(f"spec.modelDir is {spec.model_dir!r}: on one machine it must be a directory of this machine.")
    found += [
        f"spec.trainer.env: {variable.get('name', '?')} has valueFrom, which needs a cluster: give it a value."
        for variable in spec.trainer.env
        if "valueFrom" in variable
    ]
    if spec.trainer.env_from:
        found.append("spec.trainer.envFrom needs a cluster, and there is none here: use env with values.")
    return found

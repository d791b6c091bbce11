"""Report the fields of a spec that need a cluster."""

from __future__ import annotations

from detector_operator.api import Spec


def unsupported_fields(spec: Spec) -> list[str]:
    """Return one sentence for each reason why a spec cannot run on one machine."""
    problems = []
    if spec.pipeline_config.config_map_key_ref is not None:
        problems.append("spec.pipelineConfig.configMapKeyRef requires a cluster: use path or inline.")
    if "://" in spec.model_dir:
        problems.append(f"spec.modelDir is {spec.model_dir!r}: without a cluster it must be a local directory.")
    problems += [
        f"spec.trainer.env: {variable.get('name', '?')} has valueFrom, which requires a cluster: set value instead."
        for variable in spec.trainer.env
        if "valueFrom" in variable
    ]
    if spec.trainer.env_from:
        problems.append("spec.trainer.envFrom requires a cluster: use env with values.")
    return problems

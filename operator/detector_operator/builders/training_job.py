"""Build the Job of a training run: `preflight`, then `train`."""

from __future__ import annotations

from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.builders import command_lines
from detector_operator.builders.config_map import pipeline_config_path, pipeline_config_volumes
from detector_operator.builders.container import TERMINATION_LOG, build_container, escape_dollars
from detector_operator.builders.job import build_job, build_pod_spec
from detector_operator.builders.manifest import Manifest
from detector_operator.builders.resources import trainer_resources
from detector_operator.builders.settings import Settings
from detector_operator.builders.volumes import scratch, shared_memory
from detector_operator.reconcile.runs import RunKind
from detector_trainer.contract import ExitCode

PREFLIGHT: Final = "preflight"


def build_training_job(resource: DetectorTraining, attempt: int, settings: Settings) -> Manifest:
    """Build the Job NAME-train-ATTEMPT.

    The init container requests the same resources as the trainer, so that it sees the same GPUs. A pod requests the larger of
    both, not the sum.
    """
    spec, trainer = resource.spec, resource.spec.trainer
    config = pipeline_config_path(resource)
    volumes = [
        *pipeline_config_volumes(resource),
        *scratch(trainer, settings, trainer.resources),
        *shared_memory(trainer, settings),
    ]
    preflight = command_lines.preflight(
        spec, pipeline_config=config, fingerprint=_fingerprint(resource), termination_message=TERMINATION_LOG
    )
    train = command_lines.train(spec, pipeline_config=config, termination_message=TERMINATION_LOG)

    def container(name: str, arguments: list[str]) -> Manifest:
        return build_container(
            name,
            escape_dollars(arguments),
            trainer,
            settings,
            resources=trainer_resources(trainer, settings),
            volumes=volumes,
            gpus=trainer.gpus,
        )

    pod_spec = build_pod_spec(
        trainer,
        settings,
        init_containers=[container(PREFLIGHT, preflight)],
        container=container(RunKind.TRAINING.value, [*train, "--progress=both"]),
        volumes=volumes,
        fields={
            "nodeSelector": trainer.node_selector,
            "tolerations": trainer.tolerations,
            "affinity": trainer.affinity,
            "runtimeClassName": trainer.runtime_class_name,
            "terminationGracePeriodSeconds": trainer.termination_grace_period_seconds,
        },
    )
    return build_job(
        resource,
        RunKind.TRAINING,
        attempt,
        pod_spec,
        labels=trainer.labels,
        annotations=trainer.annotations,
        pod_failure_policy=_pod_failure_policy(),
    )


def _pod_failure_policy() -> Manifest:
    """Return rules that make the Job report how its pod failed, for when the pod is gone. Any failure ends it (backoffLimit 0).

    A disruption is not ignored: the Job would then create another pod for the same run, and `decide` would neither observe the
    preemption nor count it. Retryable exit codes have no rule: `decide` starts the next run for them.
    """
    final = sorted(code.value for code in ExitCode if code is not ExitCode.DONE and not code.retryable)
    # Only own containers: an injected one that exits with 65 proves nothing about the inputs.
    codes = [{"containerName": name, "operator": "In", "values": final} for name in (PREFLIGHT, RunKind.TRAINING.value)]
    return {
        "rules": [
            {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            *({"action": "FailJob", "onExitCodes": each} for each in codes),
        ]
    }


def _fingerprint(resource: DetectorTraining) -> str | None:
    """Return the fingerprint of the inputs that were validated for this spec; None if there is no such verdict."""
    status = resource.status
    if status is None or status.validation is None or status.observed_generation != resource.metadata.generation:
        return None
    return status.validation.inputs_fingerprint

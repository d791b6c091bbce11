"""The Job of a validation run: `validate`, on a CPU."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.reconcile.runs import RunKind
from detector_operator.specs import command_lines
from detector_operator.specs.config_map import pipeline_config_path, pipeline_config_volumes
from detector_operator.specs.container import TERMINATION_LOG, build_container, literal
from detector_operator.specs.job import build_job, build_pod_spec
from detector_operator.specs.manifest import Manifest
from detector_operator.specs.resources import validation_resources
from detector_operator.specs.settings import Settings
from detector_operator.specs.validation_access import read_only_mounts, validation_access
from detector_operator.specs.volumes import scratch

# `decide` ends a validation that takes too long, and says so. The kubelet does it so much later if there is no operator.
DEADLINE_MARGIN: Final = 60
LONGEST_DEADLINE: Final = 2**31 - 1

# `validate` writes nothing before its end: no use to wait for it.
GRACE_PERIOD: Final = 5

# The container's CPU limit, rounded up: Python sees all CPUs of the node, and would read records with as many processes.
CPU_LIMIT: Final = {
    "name": "DETECTOR_TRAINING_CPU_LIMIT",
    "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1"}},
}


def build_validation_job(resource: DetectorTraining, attempt: int, settings: Settings) -> Manifest:
    """The Job NAME-validate-ATTEMPT.

    The container `validate` looks at everything, and at last runs the trainer's own code over a few images. With policy Enforce
    the init container `config` comes before it and looks at everything but the records, which takes a second: if it rejects,
    the pod ends there and no record is read, be there terabytes of them. Each leaves its own report and termination message.
    The verdict is that of `config` if this failed, else that of `validate`: a pass of `config` is none. With policy Warn
    nothing ends early, because all that is wrong shall be told before it trains.

    The pod sees the trainer's volumes, read-only where it only reads: see `validation_access`.
    The pod is not placed as the trainer's is: that one is sent to nodes with GPUs.
    """
    spec, trainer = resource.spec, validation_access(resource.spec, settings)
    volumes = [*pipeline_config_volumes(resource), *scratch(trainer, settings, spec.validation.resources)]
    report = report_path(spec.model_dir, attempt)
    validate = command_lines.validate(spec, pipeline_config=pipeline_config_path(resource), report=report)
    arguments = [*literal(validate), f"--termination-message-path={TERMINATION_LOG}", f"--processes=$({CPU_LIMIT['name']})"]

    def container(name: str, *more: str) -> Manifest:
        return build_container(
            name,
            [*arguments, *more],
            trainer,
            settings,
            resources=validation_resources(spec.validation.resources, settings),
            volumes=volumes,
            gpus=0,
            env=[CPU_LIMIT, *read_only_mounts(spec, trainer)],
        )

    pod_spec = build_pod_spec(
        trainer,
        settings,
        init_containers=[container("config", "--no-scan")] if spec.validation.policy == "Enforce" else [],
        container=container("validate", "--deep", *literal(command_lines.page_beside(report))),
        volumes=volumes,
        fields={
            "nodeSelector": spec.validation.node_selector,
            "tolerations": spec.validation.tolerations,
            "affinity": spec.validation.affinity,
            # Of the pod, not of the Job: it does not count the wait for a node, and leaves the pod and its log.
            "activeDeadlineSeconds": min(spec.validation.timeout_seconds + DEADLINE_MARGIN, LONGEST_DEADLINE),
            "terminationGracePeriodSeconds": GRACE_PERIOD,
        },
    )
    return build_job(
        resource,
        RunKind.VALIDATION,
        attempt,
        pod_spec,
        labels=spec.validation.labels,
        annotations=spec.validation.annotations,
    )


def report_path(model_dir: str, attempt: int) -> str | None:
    """Where the whole report is written; None, which is the pod's log, if the model directory is no folder but a bucket."""
    if "://" in model_dir:
        return None
    return str(PurePosixPath(model_dir, "validation", f"report-{attempt}.json"))

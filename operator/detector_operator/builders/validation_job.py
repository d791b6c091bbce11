"""Build the Job of a validation run: `validate`, on a CPU."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.builders import command_lines
from detector_operator.builders.config_map import pipeline_config_path, pipeline_config_volumes
from detector_operator.builders.container import TERMINATION_LOG, build_container, escape_dollars
from detector_operator.builders.job import build_job, build_pod_spec
from detector_operator.builders.manifest import Manifest
from detector_operator.builders.resources import validation_resources
from detector_operator.builders.settings import Settings
from detector_operator.builders.validation_access import read_only_mounts, validation_access
from detector_operator.builders.volumes import scratch
from detector_operator.reconcile.runs import RunKind

# `decide` stops a validation after its timeout, and reports it. If no operator runs, the kubelet stops it this much later.
DEADLINE_MARGIN: Final = 60
MAX_DEADLINE: Final = 2**31 - 1

# `validate` writes nothing before its end: there is nothing to wait for.
GRACE_PERIOD: Final = 5

# The container's CPU limit, rounded up: Python sees all CPUs of the node, and would start as many processes.
CPU_LIMIT: Final = {
    "name": "DETECTOR_TRAINING_CPU_LIMIT",
    "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1"}},
}


def build_validation_job(resource: DetectorTraining, attempt: int, settings: Settings) -> Manifest:
    """Build the Job NAME-validate-ATTEMPT.

    The container `validate` checks everything, and finally runs the trainer's own code over a few images. With the policy Enforce
    the init container `config` first checks everything except the records, which takes a second: if it rejects, the pod ends and
    no record is read, even if there are terabytes. Each container leaves its own report and termination message. The verdict is
    that of `config` if it failed, else that of `validate`: a pass of `config` is not a verdict. With the policy Warn nothing ends
    early, so that all errors are reported before the training.

    The pod mounts the trainer's volumes, read-only where it only reads: see `validation_access`. It has its own scheduling
    fields, because those of the trainer select nodes with GPUs.
    """
    spec, trainer = resource.spec, validation_access(resource.spec, settings)
    volumes = [*pipeline_config_volumes(resource), *scratch(trainer, settings, spec.validation.resources)]
    report = report_path(spec.model_dir, attempt)
    validate = command_lines.validate(spec, pipeline_config=pipeline_config_path(resource), report=report)
    arguments = [
        *escape_dollars(validate),
        f"--termination-message-path={TERMINATION_LOG}",
        f"--processes=$({CPU_LIMIT['name']})",
    ]

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
        container=container("validate", "--deep", *escape_dollars(command_lines.html_report_flags(report))),
        volumes=volumes,
        fields={
            "nodeSelector": spec.validation.node_selector,
            "tolerations": spec.validation.tolerations,
            "affinity": spec.validation.affinity,
            # Of the pod, not of the Job: it does not include the wait for a node, and keeps the pod and its log.
            "activeDeadlineSeconds": min(spec.validation.timeout_seconds + DEADLINE_MARGIN, MAX_DEADLINE),
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
    """Return the path of the full report; None, for the pod's log, if the model directory is in a bucket."""
    if "://" in model_dir:
        return None
    return str(PurePosixPath(model_dir, "validation", f"report-{attempt}.json"))

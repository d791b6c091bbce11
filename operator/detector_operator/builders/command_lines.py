"""Build the arguments of `detector-training` for a spec."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from detector_operator.api import Overrides, Spec

# Seconds of the grace period that are left after the checkpoint, so that the trainer exits before it is killed.
EXIT_MARGIN = 5


def validate(spec: Spec, *, pipeline_config: str, report: str | None) -> list[str]:
    """Return the arguments of `validate`. The report is written to a file, or to stdout if it is None."""
    return [
        "validate",
        "--pipeline-config",
        pipeline_config,
        "--model-dir",
        spec.model_dir,
        "--num-steps",
        str(spec.num_steps),
        "--checkpoint-every-n",
        str(spec.checkpoint_every_steps),
        "--gpus",
        str(spec.trainer.gpus),
        "--format",
        "json",
        *(("--output", report) if report is not None else ()),
        *_overrides(spec.pipeline_config.overrides),
        *(argument for code in spec.validation.ignore for argument in ("--ignore", code)),
    ]


def html_report_flags(report: str | None) -> list[str]:
    """Return `--html` with the path of the HTML report next to the JSON report; nothing if that is not a file."""
    return ["--html", str(PurePosixPath(report).with_suffix(".html"))] if report is not None else []


def preflight(spec: Spec, *, pipeline_config: str, fingerprint: str | None, termination_message: str) -> list[str]:
    """Return the arguments of `preflight`, which checks that the inputs still have this fingerprint and the pod can train."""
    return [
        "preflight",
        f"--pipeline-config={pipeline_config}",
        f"--model-dir={spec.model_dir}",
        f"--gpus={spec.trainer.gpus}",
        *((f"--fingerprint={fingerprint}",) if fingerprint is not None else ()),
        f"--termination-message-path={termination_message}",
        *_overrides(spec.pipeline_config.overrides),
    ]


def train(spec: Spec, *, pipeline_config: str, termination_message: str) -> list[str]:
    """Return the arguments of `train`."""
    return [
        "train",
        f"--pipeline_config_path={pipeline_config}",
        f"--model_dir={spec.model_dir}",
        f"--num_train_steps={spec.num_steps}",
        f"--checkpoint_every_n={spec.checkpoint_every_steps}",
        f"--termination-message-path={termination_message}",
        f"--stall-timeout={spec.stall_timeout_seconds}",
        f"--grace-period={max(1, spec.trainer.termination_grace_period_seconds - EXIT_MARGIN)}",
        f"--require-gpus={spec.trainer.gpus}",
        *_overrides(spec.pipeline_config.overrides),
    ]


def _overrides(overrides: Overrides) -> list[str]:
    """Return `--set` for each override. Lists are written as JSON, because a path may contain any character except NUL."""
    given = overrides.model_dump(by_alias=True, exclude_none=True)
    return [argument for name, value in given.items() for argument in ("--set", f"{name}={_value(value)}")]


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)

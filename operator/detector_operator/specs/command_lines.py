"""The arguments of `detector-training` that follow from a spec."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from detector_operator.api import Overrides, Spec

# Seconds of the grace period that the trainer does not use for its checkpoint, so that it ends before it is killed.
LEFT_TO_EXIT = 5


def validate(spec: Spec, *, pipeline_config: str, report: str | None) -> list[str]:
    """`validate`, with its report in a file or, where that is None, on stdout."""
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


def page_beside(report: str | None) -> list[str]:
    """`--html`: the report for people, beside that for programs; nothing where this is no file."""
    return ["--html", str(PurePosixPath(report).with_suffix(".html"))] if report is not None else []


def preflight(spec: Spec, *, pipeline_config: str, fingerprint: str | None, termination_message: str) -> list[str]:
    """`preflight`: whether the inputs are still those of the verdict with this fingerprint, and the pod can train."""
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
    """`train`."""
    return [
        "train",
        f"--pipeline_config_path={pipeline_config}",
        f"--model_dir={spec.model_dir}",
        f"--num_train_steps={spec.num_steps}",
        f"--checkpoint_every_n={spec.checkpoint_every_steps}",
        f"--termination-message-path={termination_message}",
        f"--stall-timeout={spec.stall_timeout_seconds}",
        f"--grace-period={max(1, spec.trainer.termination_grace_period_seconds - LEFT_TO_EXIT)}",
        f"--require-gpus={spec.trainer.gpus}",
        *_overrides(spec.pipeline_config.overrides),
    ]


def _overrides(overrides: Overrides) -> list[str]:
    """`--set` for each override. A list is written as JSON, because a path may contain any character but NUL."""
    given = overrides.model_dump(by_alias=True, exclude_none=True)
    return [argument for name, value in given.items() for argument in ("--set", f"{name}={_value(value)}")]


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)

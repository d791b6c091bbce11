"""The command lines of runs: the verbs of this program, as the pods run them too."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from detector_operator.api import Overrides, Spec
from detector_operator.local.workplace import Workplace
from detector_operator.reconcile.runs import RunKind

# Seconds of the grace period that the trainer does not use for its checkpoint, so that it ends before it is killed.
LEFT_TO_EXIT = 5

PROGRAM = (sys.executable, "-m", "detector_trainer.cli")


class Commands(Protocol):
    """Makes the command line of a run."""

    def __call__(self, kind: RunKind, attempt: int, spec: Spec, workplace: Workplace) -> list[str]:
        """Program and arguments."""
        ...


def trainer_commands(kind: RunKind, attempt: int, spec: Spec, workplace: Workplace) -> list[str]:
    """`validate` or `train` for a spec."""
    arguments = _validate(attempt, spec, workplace) if kind is RunKind.VALIDATION else _train(attempt, spec, workplace)
    return [*PROGRAM, *arguments]


def _validate(attempt: int, spec: Spec, workplace: Workplace) -> list[str]:
    return [
        "validate",
        "--pipeline-config",
        pipeline_config(spec, workplace),
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
        "--output",
        str(workplace.report(attempt)),
        *_overrides(spec.pipeline_config.overrides),
        *(argument for code in spec.validation.ignore for argument in ("--ignore", code)),
    ]


def _train(attempt: int, spec: Spec, workplace: Workplace) -> list[str]:
    return [
        "train",
        f"--pipeline_config_path={pipeline_config(spec, workplace)}",
        f"--model_dir={spec.model_dir}",
        f"--num_train_steps={spec.num_steps}",
        f"--checkpoint_every_n={spec.checkpoint_every_steps}",
        f"--termination-message-path={workplace.termination_message(RunKind.TRAINING, attempt)}",
        f"--stall-timeout={spec.stall_timeout_seconds}",
        f"--grace-period={max(1, spec.trainer.termination_grace_period_seconds - LEFT_TO_EXIT)}",
        f"--require-gpus={spec.trainer.gpus}",
        *_overrides(spec.pipeline_config.overrides),
    ]


def pipeline_config(spec: Spec, workplace: Workplace) -> str:
    """Path of the config: the user's own, or that of the inline text."""
    return spec.pipeline_config.path or str(workplace.inline_config)


def _overrides(overrides: Overrides) -> list[str]:
    given = overrides.model_dump(by_alias=True, exclude_none=True)
    return [
        argument
        for name, value in given.items()
        for argument in ("--set", f"{name}={','.join(value) if isinstance(value, list) else value}")
    ]


def environment(spec: Spec, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Environment of a run: that of this command, what spec.trainer.env says, and no more GPUs than spec.trainer.gpus."""
    variables = dict(inherited)
    for variable in spec.trainer.env:
        if isinstance(variable.get("value"), str) and isinstance(variable.get("name"), str):
            variables[variable["name"]] = variable["value"]
    variables["PYTHONUNBUFFERED"] = "1"
    variables["CUDA_VISIBLE_DEVICES"] = _visible(spec.trainer.gpus, variables.get("CUDA_VISIBLE_DEVICES"))
    return variables


def _visible(gpus: int, allowed: str | None) -> str:
    """The first GPUs of those that this command may see; none is written -1."""
    known = [part for part in allowed.split(",") if part] if allowed is not None else [str(number) for number in range(gpus)]
    return ",".join(known[:gpus]) or "-1"

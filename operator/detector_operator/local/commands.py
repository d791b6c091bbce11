"""The command lines of runs on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from detector_operator.api import Spec
from detector_operator.local.workplace import Workplace
from detector_operator.reconcile.runs import RunKind
from detector_operator.specs import command_lines

PROGRAM = (sys.executable, "-m", "detector_trainer.cli")


class Commands(Protocol):
    """Makes the command line of a run."""

    def __call__(self, kind: RunKind, attempt: int, spec: Spec, workplace: Workplace) -> list[str]:
        """Program and arguments."""
        ...


def trainer_commands(kind: RunKind, attempt: int, spec: Spec, workplace: Workplace) -> list[str]:
    """`validate` or `train` for a spec: the arguments of the pods, with the paths of this machine."""
    config = pipeline_config(spec, workplace)
    if kind is RunKind.VALIDATION:
        report = str(workplace.report(attempt))
        validate = command_lines.validate(spec, pipeline_config=config, report=report)
        arguments = [*validate, "--deep", *command_lines.page_beside(report)]
    else:
        last_words = str(workplace.termination_message(kind, attempt))
        arguments = command_lines.train(spec, pipeline_config=config, termination_message=last_words)
    return [*PROGRAM, *arguments]


def pipeline_config(spec: Spec, workplace: Workplace) -> str:
    """Path of the config: the user's own, or that of the inline text."""
    return spec.pipeline_config.path or str(workplace.inline_config)


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

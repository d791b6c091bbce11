"""Build the command lines of runs on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from detector_operator.api import Spec
from detector_operator.builders import command_lines
from detector_operator.local.run_layout import RunLayout
from detector_operator.reconcile.runs import RunKind

PROGRAM = (sys.executable, "-m", "detector_trainer.cli")


class Commands(Protocol):
    """Build the command line of a run."""

    def __call__(self, kind: RunKind, attempt: int, spec: Spec, layout: RunLayout) -> list[str]:
        """Return program and arguments."""
        ...


def trainer_commands(kind: RunKind, attempt: int, spec: Spec, layout: RunLayout) -> list[str]:
    """Return the command `validate` or `train` for a spec: the arguments of the pods, with local paths."""
    config = pipeline_config(spec, layout)
    if kind is RunKind.VALIDATION:
        report = str(layout.report(attempt))
        validate = command_lines.validate(spec, pipeline_config=config, report=report)
        arguments = [*validate, "--deep", *command_lines.html_report_flags(report)]
    else:
        message_path = str(layout.termination_message(kind, attempt))
        arguments = command_lines.train(spec, pipeline_config=config, termination_message=message_path)
    return [*PROGRAM, *arguments]


def pipeline_config(spec: Spec, layout: RunLayout) -> str:
    """Return the path of the pipeline config: spec.pipelineConfig.path, or the file with the inline text."""
    return spec.pipeline_config.path or str(layout.inline_config)


def environment(spec: Spec, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a run: inherited variables, spec.trainer.env, and at most spec.trainer.gpus visible GPUs."""
    variables = dict(inherited)
    for variable in spec.trainer.env:
        if isinstance(variable.get("value"), str) and isinstance(variable.get("name"), str):
            variables[variable["name"]] = variable["value"]
    variables["PYTHONUNBUFFERED"] = "1"
    variables["CUDA_VISIBLE_DEVICES"] = _visible(spec.trainer.gpus, variables.get("CUDA_VISIBLE_DEVICES"))
    return variables


def _visible(gpus: int, allowed: str | None) -> str:
    """Return CUDA_VISIBLE_DEVICES: the first GPUs that are visible to this command; -1 for none."""
    known = [part for part in allowed.split(",") if part] if allowed is not None else [str(number) for number in range(gpus)]
    return ",".join(known[:gpus]) or "-1"

"""A package is missing."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="environment/missing-module",
    catalogue=(60,),
    reason=reasons.ENVIRONMENT_UNUSABLE,
    exit_code=ExitCode.ENVIRONMENT,
    patterns=(r"ModuleNotFoundError: No module named '(?P<name>[\w.]+)'",),
    message="The package {name} is not installed.",
    what="A package that the trainer imports is not installed.",
    why="Nothing can be imported, so nothing trains.",
    fix="Install requirements/trainer-cpu.txt or trainer-gpu.txt; `detector-training doctor` says what is missing.",
)

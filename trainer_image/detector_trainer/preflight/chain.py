"""The checks before a training, in the order in which they run; the first that fails ends the pod."""

from __future__ import annotations

from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.preflight import gpus_visible, inputs_readable, inputs_unchanged, model_dir_free, model_dir_writable
from detector_trainer.preflight.check import Check
from detector_trainer.preflight.pod import Pod

CHECKS: tuple[Check, ...] = (
    gpus_visible,  # the devices exist
    inputs_readable,  # the volumes are mounted and readable
    inputs_unchanged,  # what was validated is what will be trained
    model_dir_writable,  # a checkpoint can be written
    model_dir_free,  # and nothing else writes there; last, because it claims the directory
)


def preflight(pod: Pod) -> RunResult:
    """Run the checks; return the result of the first that fails, or DONE if the pod can train."""
    results = (check.check(pod) for check in CHECKS)
    passed = RunResult(ExitCode.DONE, reasons.PREFLIGHT_PASSED, "This pod can train.")
    return next((result for result in results if result is not None), passed)

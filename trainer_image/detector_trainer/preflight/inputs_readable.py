"""Checks that this pod can read the config, the label map, the records and the checkpoint."""

from __future__ import annotations

from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.pipeline.gfile import is_remote
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.preflight.pod import Pod
from detector_trainer.preflight.storage import refused
from detector_trainer.validation.inputs import Inputs


def check(pod: Pod) -> RunResult | None:
    """Fail with the first input that cannot be read."""
    problem = pod.inputs.pipeline_unreadable or _no_records(pod.inputs) or next(iter(pod.survey.unreadable), None)
    if problem is None:
        return None
    if problem.kind == "unreadable" and (result := refused(problem.path, problem.problem)) is not None:
        return result
    line = f" (line {problem.line})" if problem.line else ""
    return RunResult(ExitCode.DATA, reasons.INPUT_UNREADABLE, f"{problem}{line}.", problem.hint)


def _no_records(inputs: Inputs) -> Unreadable | None:
    """Report that no path matches any file. If one of several paths does not match, `validate` decides."""
    paths = [pattern.text for pattern in inputs.train.patterns]
    if not paths or inputs.train.files or any(is_remote(path) for path in paths):
        return None
    return Unreadable(", ".join(paths), "missing", "matches no file", "Are the records mounted in this pod, at the same path?")

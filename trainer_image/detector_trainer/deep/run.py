"""Starts the deep checks and turns their output into findings. Needs no TensorFlow itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from detector_trainer.checkpoints.restore import Match
from detector_trainer.contract import ExitCode, Finding, Severity, Where
from detector_trainer.contract.shortened import shortened
from detector_trainer.doctor.memory import free_bytes
from detector_trainer.failures import classify
from detector_trainer.pipeline.overrides import effective_text
from detector_trainer.validation.checks.checkpoint import shape_mismatch, type_mismatch
from detector_trainer.validation.checks.deep import failed, not_finished, not_possible
from detector_trainer.validation.checks.run import resumes_in_part
from detector_trainer.validation.inputs import Inputs

TIME_LIMIT: Final = 300.0
"""Seconds for all stages. The largest official models take a minute on two cores."""
NEEDED: Final = 2 << 30
"""Bytes that must be free: the smallest models need one GiB."""
RESERVE: Final = 192 << 20
"""Bytes: the process is killed when less is free, before the kernel OOM killer kills the whole container."""
POLL: Final = 0.25
"""Seconds between two checks of the free memory."""
COMMAND: Final = (sys.executable, "-m", "detector_trainer.deep.child")
RULES: Final = (failed.RULE, not_finished.RULE, not_possible.RULE, resumes_in_part.RULE)
"""The findings of this module, besides the classified failures."""
# Failures of this machine, not of the inputs.
MACHINE_FAILURES: Final = (ExitCode.ENVIRONMENT, ExitCode.STORAGE, ExitCode.CRASH)

Line = dict[str, Any]
"""A line of JSON of the process: a mapping whose first key names its content (see `deep/stages.py`)."""


@dataclass
class StageOutput:
    """The output of the process."""

    lines: list[Line] = field(default_factory=list)
    kill_reason: str = ""
    """Why it was killed; empty if it was not."""
    stderr_tail: str = ""
    """The end of its stderr."""

    def last(self, key: str) -> Any:
        """Return the newest value under a key; None if no line has it."""
        return next((line[key] for line in reversed(self.lines) if key in line), None)


def deep_findings(inputs: Inputs, stats: dict[str, object]) -> Iterator[Finding]:
    """Run the trainer's own code on inputs that the other checks have passed.

    Args:
        inputs: what to check.
        stats: receives the losses of the first image and the learning rate under `deep`.
    """
    free = free_bytes()
    if free is not None and free < NEEDED:
        yield not_possible.RULE.finding(f"{free / (1 << 30):.1f} GiB of memory are free; {NEEDED >> 30} are needed.")
        return
    with tempfile.TemporaryDirectory(prefix="detector-training-") as scratch:
        config = Path(scratch, "pipeline.config")
        config.write_text(effective_text(inputs.config), encoding="utf-8")
        arguments = [str(config), str(inputs.steps or 1), str(inputs.gpus or 1), inputs.model_dir or ""]
        output = run_process([*COMMAND, *arguments])
    stats["deep"] = {name: value for name in ("losses", "learningRate") if (value := output.last(name)) is not None}
    yield from findings(output, inputs.pipeline_config)


def run_process(
    command: list[str], *, time_limit: float = TIME_LIMIT, free: Callable[[], int | None] = free_bytes
) -> StageOutput:
    """Run the process to its end, or kill it when it exceeds the time limit (seconds) or the free memory (bytes)."""
    output = StageOutput()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        over = threading.Event()

        def guard() -> None:
            left = time_limit
            while not over.wait(POLL):
                left -= POLL
                now = free()
                if left <= 0:
                    output.kill_reason = f"it did not finish within {time_limit:.0f} s"
                elif now is not None and now < RESERVE:
                    output.kill_reason = "it needs more memory than is free"
                if output.kill_reason:
                    process.kill()
                    return

        guarding = threading.Thread(target=guard, daemon=True)
        guarding.start()
        try:
            assert process.stdout is not None
            output.lines += [json.loads(line) for line in process.stdout if line.endswith(b"\n")]
            process.wait()
        finally:
            over.set()
            guarding.join()
            if process.poll() is None:
                process.kill()
                process.wait()
        size = errors.seek(0, os.SEEK_END)
        errors.seek(max(0, size - 4000))
        output.stderr_tail = errors.read().decode("utf-8", "replace")
    return output


def findings(output: StageOutput, pipeline_config: str) -> Iterable[Finding]:
    """Turn the output into findings."""
    stage = output.last("stage") or "import"
    if (why := output.last("impossible")) is not None:
        return [not_possible.RULE.finding(why)]
    found = [finding for line in output.lines for finding in _in_part(line)]
    if (failure := next((line for line in output.lines if "failed" in line), None)) is not None:
        return [*found, _failed(failure, output, pipeline_config)]
    if output.last("done"):
        return found
    why = output.kill_reason or f"its process ended without a result{_last_line(output.stderr_tail)}"
    return [*found, not_finished.RULE.finding(f"The deep checks stopped at the stage `{stage}`: {why}.")]


def _failed(failure: Line, output: StageOutput, pipeline_config: str) -> Finding:
    classified = classify(failure["traceback"])
    stage, where = failure["failed"], Where(file=pipeline_config)
    error = f"{failure['type']}: {_first_lines(failure['words'])}"
    if classified is not None and classified.exit_code in MACHINE_FAILURES:
        return not_finished.RULE.finding(f"The deep checks stopped at the stage `{stage}`: {classified.message}", classified.hint)
    if (differences := output.last("differences")) is not None and not (match := Match.from_json(differences)).complete:
        rule = shape_mismatch.RULE if match.other_shape else type_mismatch.RULE
        return rule.finding(str(match), match.hint(resumes=stage == "resume from model_dir"), where=Where(file=output.last("of")))
    if classified is not None:
        return Finding(
            code=classified.code, severity=Severity.ERROR, message=classified.message, hint=classified.hint, where=where
        )
    return failed.RULE.finding(f"The trainer failed at the stage `{stage}`: {error}", where=where)


def _in_part(line: Line) -> Iterator[Finding]:
    """Report what is restored silently without some of its variables."""
    if (prefix := line.get("restoresInPart")) is not None:
        match = Match.from_json(line["left"])
        yield type_mismatch.RULE.finding(
            f"{match} {type_mismatch.UNNOTICED}", match.hint(), where=Where(file=prefix), severity=Severity.WARNING
        )
    if (prefix := line.get("resumesInPart")) is not None:
        yield resumes_in_part.RULE.finding(str(Match.from_json(line["left"])), where=Where(file=prefix, field="model_dir"))


def _first_lines(text: str, most: int = 400) -> str:
    return shortened(re.sub(r"\s+", " ", text).strip(), most)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"; its last output: {_first_lines(lines[-1], 200)}" if lines else ""

"""Checks that the inputs are the validated ones."""

from __future__ import annotations

from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.preflight.pod import Pod
from detector_trainer.validation.fingerprint import Fingerprint
from detector_trainer.validation.inputs import Inputs


def check(pod: Pod) -> RunResult | None:
    """Fail with the names of the changed inputs. A fingerprint of another version is not compared."""
    validated = Fingerprint.parse(pod.fingerprint) if pod.fingerprint is not None else None
    changed = validated.differences(pod.survey.fingerprint) if validated is not None else []
    if not changed:
        return None
    return RunResult(
        ExitCode.DATA,
        reasons.INPUTS_CHANGED,
        f"Changed since it was validated: {', '.join(f'{name} ({_where(name, pod.inputs)})' for name in changed)}.",
        "Restore the validated inputs; or change the spec, or delete and apply it again, to validate the current inputs.",
    )


def _where(name: str, inputs: Inputs) -> str:
    places = {
        "pipeline config": inputs.pipeline_config,
        "label map": inputs.train.label_map_path,
        "records": ", ".join(pattern.text for pattern in inputs.train.patterns),
        "checkpoint": str(inputs.config.train_config.fine_tune_checkpoint),
    }
    return places[name]

"""Results of a run whose model directory is in use by another training: before it trains, or when it has lost the lease."""

from __future__ import annotations

from detector_trainer.command.run_result import RunResult, TrainingState
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.lease.lease import lease_file

HINT = "Wait until that training has ended, or give this one a modelDir of its own."


def in_use(holder: str, model_dir: str) -> RunResult:
    """Return the result of a run that finds another holder before it trains."""
    message = f"{holder} trains in {model_dir}: it renews {lease_file(model_dir)}."
    return RunResult(ExitCode.STORAGE, reasons.MODEL_DIR_IN_USE, message, HINT)


def lost(holder: str, model_dir: str, state: TrainingState) -> RunResult:
    """Return the result of a training that finds another holder's lease in its model directory."""
    if state.step is None:
        return in_use(holder, model_dir)
    return RunResult(
        ExitCode.STORAGE,
        reasons.MODEL_DIR_IN_USE,
        f"{holder} has taken over {model_dir} at step {state.step}: {lease_file(model_dir)} is now its lease.",
        f"This process or its storage was suspended for so long that its lease expired. {HINT}",
        state=state,
    )

"""Variables of other shapes."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/shape-mismatch",
    catalogue=(45, 46, 51),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Cannot assign value to variable '\s*(?P<name>[^']*?)\s*': Shape mismatch\.\s*The variable shape (?P<model>\([\d, ]*\)), and the assigned value shape (?P<checkpoint>\([\d, ]*\)) are incompatible",
        r"Received incompatible tensor with shape (?P<checkpoint>\([\d, ]*\)) when attempting to restore variable with shape (?P<model>\([\d, ]*\)) and name (?P<name>\S+?)\.?(?:\s|$)",
    ),
    message="Variable {name} has shape {model} in the model and {checkpoint} in the checkpoint.",
    fix=(
        'The checkpoint is of another backbone, or of another num_classes: use "detection" in place of "full", or a '
        "checkpoint of this model. In model_dir: choose an empty one."
    ),
)

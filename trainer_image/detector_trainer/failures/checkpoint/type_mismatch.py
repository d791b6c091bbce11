"""A type that does not fit the checkpoint."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="checkpoint/type-mismatch",
    catalogue=(44, 46, 47),
    reason=reasons.CHECKPOINT_NOT_RESTORED,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Found (?P<count>\d+) Python objects that were not bound to checkpointed values",
        r"Not supported fine_tune_checkpoint_type: (?P<type>\w+)",
        r"Unknown fine tune checkpoint type (?P<type>\w+)",
    ),
    message="The checkpoint does not hold what fine_tune_checkpoint_type asks for.",
    fix=('For a detection checkpoint set fine_tune_checkpoint_type: "detection"; else the checkpoint is of another model.'),
)

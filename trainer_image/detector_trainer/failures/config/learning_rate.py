"""A learning-rate schedule that contradicts itself."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/learning-rate",
    catalogue=(8,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(
        r"(?P<detail>Learning_rate \S+ not supported)",
        r"(?P<detail>Optimizer None not supported)",
        r"(?P<detail>learning_rate_base must be larger or equal to warmup_learning_rate)",
        r"(?P<detail>total_steps must be larger or equal to warmup_steps)",
        r"(?P<detail>First step cannot be zero)",
        r"(?P<detail>Entries in boundaries must be strictly increasing)",
        r"(?P<detail>Empty learning rate schedule)",
    ),
    message="The optimizer or its learning-rate schedule is refused: {detail}.",
    fix="Mend the schedule: warmup_steps < total_steps, and warmup_learning_rate <= learning_rate_base.",
)

"""A feature extractor that TF2 does not have."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/unknown-extractor",
    catalogue=(4,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(
        r"ValueError: (?P<type>\S+) is not supported for tf version 2",
        r"model_builder\.py[\s\S]{0,3000}?KeyError: '(?P<type>[\w-]+)'",
    ),
    message="The feature extractor {type} does not exist in TF2, or belongs to another meta-architecture.",
    fix="Use the TF2 name, most often the TF1 name with _keras at its end.",
)

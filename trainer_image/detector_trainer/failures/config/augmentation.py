"""An augmentation that does not run."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/augmentation",
    catalogue=(12,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(
        r"(?P<detail>NameError: name '\w+' is not defined)[\s\S]{0,10}$",
        r"preprocessor\.py[\s\S]{0,2000}?(?P<detail>TypeError: [^\n]+)",
    ),
    message="A data augmentation option does not run: {detail}.",
    fix="Remove the option, or set all of its fields.",
)

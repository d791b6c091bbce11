"""An item with a negative id."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="label-map/negative-id",
    catalogue=(18,),
    reason=reasons.INVALID_LABEL_MAP,
    exit_code=ExitCode.DATA,
    patterns=(r"Label map ids should be >= 0",),
    message="An item of the label map has a negative id.",
    fix="Number the items from 1.",
)

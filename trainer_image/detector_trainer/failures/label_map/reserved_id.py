"""An item with id 0."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="label-map/reserved-id",
    catalogue=(18,),
    reason=reasons.INVALID_LABEL_MAP,
    exit_code=ExitCode.DATA,
    patterns=(r"Label map id 0 is reserved for the background label",),
    message="An item of the label map has id 0, or no id.",
    fix="Number the items from 1.",
)

"""A record without an image."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/missing-image",
    catalogue=(26, 36),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Input is empty\.",
        r"Feature list 'image/encoded' is required",
    ),
    message="A record has no image/encoded, or is of the other kind (Example, SequenceExample).",
    fix="`detector-training validate` names the record; input_type must fit the records.",
)

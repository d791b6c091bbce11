"""An image that is damaged."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/broken-image",
    catalogue=(33,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(
        r"jpeg::Uncompress failed",
        r"Invalid (?:PNG|JPEG) data",
        r"Invalid PNG\.",
    ),
    message="An image is damaged or cut off.",
    fix="`detector-training validate` names the record; make it again from a sound file.",
)

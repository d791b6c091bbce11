"""An image that cannot be decoded."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/unknown-image-format",
    catalogue=(33,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"Unknown image file format\. One of JPEG, PNG, GIF, BMP(?:, WEBP)? required",),
    message="An image is no JPEG, PNG or BMP.",
    fix="`detector-training validate` names the record; write the bytes of the image file into image/encoded.",
)

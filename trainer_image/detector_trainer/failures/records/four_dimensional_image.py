"""A GIF, a WebP or raw pixels."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/four-dimensional-image",
    catalogue=(33,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(
        r"input must be 4-dimensional",
        r"image_size must contain 3 elements\[4\]",
    ),
    message="An image decodes to four dimensions: a GIF, a WebP, or image/format is `raw`.",
    fix="Convert the images to JPEG or PNG; `detector-training validate` names the record.",
)

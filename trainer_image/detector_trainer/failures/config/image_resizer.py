"""An image resizer that is missing or does not fit."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/image-resizer",
    catalogue=(11,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(
        r"(?P<detail>Invalid image resizer option: '[^']*')",
        r"(?P<detail>min_dimension > max_dimension)",
        r"(?P<detail>image size must be >= \d+)",
    ),
    message="The image resizer is refused: {detail}.",
    fix=(
        "Set image_resizer, for example fixed_shape_resizer { height: 320 width: 320 }; most models need at least 33 "
        "or 129 pixels."
    ),
)

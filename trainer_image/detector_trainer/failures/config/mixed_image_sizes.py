"""Images of different sizes in one batch."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/mixed-image-sizes",
    catalogue=(11,),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Cannot add tensor to the batch: number of elements does not match\. Shapes are: \[tensor\]: (?P<one>\[[\d,]*\]), \[batch\]: (?P<other>\[[\d,]*\])",
        r"Cannot batch tensors with different shapes in component \d+\. First element had shape (?P<one>\[[\d,]*\]) and element \d+ had shape (?P<other>\[[\d,]*\])",
    ),
    message="Images of different sizes came into one batch: {one} and {other}.",
    fix="Use fixed_shape_resizer, or pad_to_max_dimension: true in keep_aspect_ratio_resizer.",
)

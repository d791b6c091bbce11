"""Features of different lengths."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/unequal-lengths",
    catalogue=(28, 35),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(
        r"ConcatOp : Dimension \d+ in both shapes must be equal",
        r"indices\[\d+\] = \d+ is not in \[0, \d+\)",
    ),
    message="The features of the boxes of a record have different numbers of values (sides, classes, masks or keypoints).",
    fix="`detector-training validate` names the record and the feature.",
)

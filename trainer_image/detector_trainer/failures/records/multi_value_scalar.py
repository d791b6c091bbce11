"""A scalar with several values."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/multi-value-scalar",
    catalogue=(27,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Key: (?P<key>[\w/]+)\.\s+Can't parse serialized Example",
        r"Key: (?P<key>[\w/]+)\.\s+Number of \w+ values != expected",
    ),
    message="{key} has not exactly one value.",
    fix="Write one value; leave the feature out where there is none.",
)

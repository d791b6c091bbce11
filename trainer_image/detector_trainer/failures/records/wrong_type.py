"""A feature of the wrong kind."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/wrong-type",
    catalogue=(27,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(
        r"Key: (?P<key>[\w/]+)\.\s+Data types don't match\.\s+Expected type: (?P<expected>\w+), Actual type: (?P<actual>\w+)",
        r"Key: (?P<key>[\w/]+)\.\s+Data types don't match\. Data type: (?P<actual>\w+) but expected type: (?P<expected>\w+)",
    ),
    message="{key} is {actual}, and the trainer reads {expected}.",
    fix="Write boxes as float_list, labels as int64_list, texts and images as bytes_list.",
)

"""A checksum that does not match."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/corrupt",
    catalogue=(24,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"corrupted record at (?P<offset>\d+)",),
    message="A record file is damaged, or no TFRecord file: the checksum at byte {offset} does not match.",
    fix="Make or copy the file again, without compression; `detector-training validate` names the file.",
)

"""A record file that ends inside a record."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/truncated",
    catalogue=(24,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"truncated record at (?P<offset>\d+)",),
    message="A record file is cut off: the record at byte {offset} is not whole.",
    fix="Make or copy the file again; `detector-training validate` names the file.",
)

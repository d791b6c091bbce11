"""No record file."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/no-file",
    catalogue=(6,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"Did not find any input files matching the glob pattern (?P<pattern>\[[^\]]*\]?\]?)",),
    message="No file matches input_path {pattern}.",
    fix="Mend the path; it is relative to where the trainer is started.",
)

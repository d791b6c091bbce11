"""A record path that is a folder."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/unreadable-file",
    catalogue=(6,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"FailedPreconditionError[^\n]*?(?P<path>/\S+); Is a directory",),
    message="{path} is a folder, not a record file.",
    fix="Give the path of record files; dir/* for those in a folder.",
)

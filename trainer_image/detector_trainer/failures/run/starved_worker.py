"""More workers than record files."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="run/starved-worker",
    catalogue=(58,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"StopIteration[\s\S]{0,500}$",),
    message="The input of this worker ended: there are fewer record files than workers, or every file is empty.",
    what="A worker has no record file to read.",
    why="It ends, and its peers wait for it.",
    fix="Make at least as many record files as there are workers.",
)

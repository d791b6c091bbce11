"""Box coordinates above 1.1."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/boxes-in-pixels",
    catalogue=(31,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"maximum box coordinate value is larger than (?P<limit>[\d.]+)",),
    message="A box has a coordinate above {limit}: pixels, most often.",
    fix="Divide x by the width and y by the height of the image; `detector-training validate` names the record.",
)

"""A box whose minimum is above its maximum."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="records/box-min-exceeds-max",
    catalogue=(30,),
    reason=reasons.DATA_ERROR,
    exit_code=ExitCode.DATA,
    patterns=(r"assertion failed: \[\[(?P<low>[\d.eE+-]+)[^\]]*\][\s\S]{0,100}?\[\[(?P<high>[\d.eE+-]+)",),
    message="A box has a minimum above its maximum: {low} > {high}.",
    fix="Swap the two values when the records are made; `detector-training validate` names the record.",
)

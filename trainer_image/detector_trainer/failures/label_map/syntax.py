"""The label map does not parse."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="label-map/syntax",
    catalogue=(17,),
    reason=reasons.INVALID_LABEL_MAP,
    exit_code=ExitCode.DATA,
    patterns=(
        r"memoryview: a bytes-like object is required, not 'str'",
        r"label_map_util\.py[\s\S]{0,2000}?(?:ParseError|DecodeError)",
    ),
    message="The label map does not parse.",
    fix=('`detector-training validate` names the line; write item { id: 1 name: "cat" } with straight quotes, in UTF-8.'),
)

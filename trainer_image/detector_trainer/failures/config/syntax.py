"""The config does not parse."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="config/syntax",
    catalogue=(1, 2),
    reason=reasons.INVALID_CONFIG,
    exit_code=ExitCode.DATA,
    patterns=(r"text_format\.ParseError: (?P<where>\d+:\d+) : (?P<detail>[^\n]+)",),
    message="The config or label map does not parse at line:column {where}: {detail}",
    fix="Mend the line; `detector-training validate` names the nearest field.",
)

"""The label map is missing or empty."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="label-map/unreadable",
    catalogue=(7, 17),
    reason=reasons.INVALID_LABEL_MAP,
    exit_code=ExitCode.DATA,
    patterns=(
        r"NotFoundError[^\n]*?(?P<path>\S+\.pbtxt); No such file or directory",
        r"label_map_util\.py[\s\S]{0,2000}?UnicodeDecodeError",
        r"NotFoundError[^\n]*HashTableV2",
    ),
    message="The label map is missing, empty, or not UTF-8.",
    fix="Give the path of a label map in label_map_path; it is relative to where the trainer is started.",
)

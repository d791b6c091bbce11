"""Failures because of the label map."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="label-map/reserved-id",
        catalogue=(18,),
        reason=reasons.INVALID_LABEL_MAP,
        exit_code=ExitCode.DATA,
        patterns=(r"Label map id 0 is reserved for the background label",),
        message="An item of the label map has id 0, or no id.",
        fix="Number the items from 1.",
    ),
    Failure(
        code="label-map/negative-id",
        catalogue=(18,),
        reason=reasons.INVALID_LABEL_MAP,
        exit_code=ExitCode.DATA,
        patterns=(r"Label map ids should be >= 0",),
        message="An item of the label map has a negative id.",
        fix="Number the items from 1.",
    ),
    Failure(
        code="label-map/syntax-error",
        catalogue=(17,),
        reason=reasons.INVALID_LABEL_MAP,
        exit_code=ExitCode.DATA,
        patterns=(
            r"memoryview: a bytes-like object is required, not 'str'",
            r"label_map_util\.py[\s\S]{0,2000}?(?:ParseError|\bDecodeError)",
        ),
        message="The label map does not parse.",
        fix='`detector-training validate` names the line; write item { id: 1 name: "cat" } with straight quotes, in UTF-8.',
    ),
    Failure(
        code="label-map/unreadable",
        catalogue=(7, 17),
        reason=reasons.INVALID_LABEL_MAP,
        exit_code=ExitCode.DATA,
        patterns=(
            r"NotFoundError[^\n]{0,1000}?\.pbtxt; No such file or directory",
            r"label_map_util\.py[\s\S]{0,2000}?UnicodeDecodeError",
            r"NotFoundError[^\n]{0,1000}?HashTableV2",
        ),
        message="The label map is missing, empty, or not UTF-8.",
        fix="Set label_map_path to an existing label map; a relative path starts at the trainer's working directory.",
    ),
)

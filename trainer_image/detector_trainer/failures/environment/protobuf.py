"""The pb2 modules are too old for the protobuf that is installed."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="environment/protobuf",
    catalogue=(60,),
    reason=reasons.ENVIRONMENT_UNUSABLE,
    exit_code=ExitCode.ENVIRONMENT,
    patterns=(r"Descriptors cannot (?:not )?be created directly",),
    message="The installed protobuf does not import the pb2 modules of object_detection.",
    what="The installed protobuf refuses the pb2 modules of object_detection.",
    why="Nothing can be imported, so nothing trains.",
    fix="Train with `detector-training train`, which makes them anew, or install protobuf below 4.",
)

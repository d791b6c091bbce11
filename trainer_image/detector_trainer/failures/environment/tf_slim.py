"""tf_slim does not find what newer TensorFlow has moved."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="environment/tf-slim",
    catalogue=(60,),
    reason=reasons.ENVIRONMENT_UNUSABLE,
    exit_code=ExitCode.ENVIRONMENT,
    patterns=(r"module 'tensorflow\.python\.ops\.control_flow_ops' has no attribute '(?P<name>\w+)'",),
    message="tf_slim does not run on this TensorFlow: control_flow_ops.{name} is gone.",
    what="tf_slim does not run on TensorFlow 2.13 or later by itself.",
    why="Nothing can be imported, so nothing trains.",
    fix="Train with `detector-training train`, which puts it back, or use TensorFlow 2.12.",
)

"""Keras 3 in place of Keras 2."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="environment/keras-3",
    catalogue=(60,),
    reason=reasons.ENVIRONMENT_UNUSABLE,
    exit_code=ExitCode.ENVIRONMENT,
    patterns=(
        r"has no attribute 'experimental'[\s\S]{0,200}keras|keras[\s\S]{0,300}has no attribute 'experimental'",
        r"module '(?:tf_)?keras\S*' has no attribute '(?:experimental|engine)'",
    ),
    message="object_detection needs Keras 2; this TensorFlow comes with Keras 3.",
    what="TensorFlow 2.16 and later come with Keras 3, on which object_detection does not run.",
    why="The model cannot be built.",
    fix="Install tf-keras and set TF_USE_LEGACY_KERAS=1; `detector-training train` does.",
)

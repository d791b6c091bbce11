"""CUDA, cuDNN or the driver does not fit."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="environment/cuda",
    catalogue=(60, 61),
    reason=reasons.ENVIRONMENT_UNUSABLE,
    exit_code=ExitCode.ENVIRONMENT,
    patterns=(
        r"CUDA driver version is insufficient for CUDA runtime version",
        r"DNN library initialization failed",
        r"Could not load library libcud\S+",
        r"CUDA_ERROR_NO_DEVICE|no CUDA-capable device is detected",
        r"no kernel image is available for execution on the device",
        r"CUDA_ERROR_INVALID_PTX|CUDNN_STATUS_(?:NOT_INITIALIZED|INTERNAL_ERROR)",
    ),
    message="The GPU cannot be used: driver, CUDA and TensorFlow do not fit each other.",
    what="The driver, CUDA, cuDNN and TensorFlow do not fit each other.",
    why="The GPU is held and cannot be used.",
    fix="`detector-training doctor` shows the versions; update the driver, or use the image built for it.",
)

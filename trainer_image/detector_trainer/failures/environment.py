"""Failures of the environment: packages that are missing or do not fit each other, and GPUs that cannot be used."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="environment/protobuf",
        catalogue=(60,),
        reason=reasons.ENVIRONMENT_UNUSABLE,
        exit_code=ExitCode.ENVIRONMENT,
        patterns=(r"Descriptors cannot (?:not )?be created directly",),
        message="The installed protobuf rejects the pb2 modules of object_detection.",
        what="The installed protobuf rejects the pb2 modules of object_detection.",
        why="object_detection cannot be imported.",
        fix="Train with `detector-training train`, which regenerates the modules, or install protobuf below 4.",
    ),
    Failure(
        code="environment/tf-slim",
        catalogue=(60,),
        reason=reasons.ENVIRONMENT_UNUSABLE,
        exit_code=ExitCode.ENVIRONMENT,
        patterns=(r"module 'tensorflow\.python\.ops\.control_flow_ops' has no attribute '(?P<name>\w{1,100}+)'",),
        message="tf_slim does not run on this TensorFlow: control_flow_ops.{name} was removed.",
        what="tf_slim does not run on TensorFlow 2.13 or later without changes.",
        why="object_detection cannot be imported.",
        fix="Train with `detector-training train`, which restores the attribute, or use TensorFlow 2.12.",
    ),
    Failure(
        code="environment/keras-3",
        catalogue=(60,),
        reason=reasons.ENVIRONMENT_UNUSABLE,
        exit_code=ExitCode.ENVIRONMENT,
        patterns=(
            r"has no attribute 'experimental'[\s\S]{0,200}keras",
            r"keras[\s\S]{0,300}has no attribute 'experimental'",
            r"module '(?:tf_)?keras[^\s']{0,200}+' has no attribute '(?:experimental|engine)'",
        ),
        message="object_detection requires Keras 2; this TensorFlow uses Keras 3.",
        what="TensorFlow 2.16 and later use Keras 3, on which object_detection does not run.",
        why="The model cannot be built.",
        fix="Install tf-keras and set TF_USE_LEGACY_KERAS=1, as `detector-training train` does.",
    ),
    Failure(
        code="environment/missing-module",
        catalogue=(60,),
        reason=reasons.ENVIRONMENT_UNUSABLE,
        exit_code=ExitCode.ENVIRONMENT,
        patterns=(r"ModuleNotFoundError: No module named '(?P<name>[\w.]{1,200}+)'",),
        message="The package {name} is not installed.",
        what="A package that the trainer imports is not installed.",
        why="The trainer cannot start.",
        fix="Install requirements/trainer-cpu.txt or trainer-gpu.txt; `detector-training doctor` lists what is missing.",
    ),
    Failure(
        code="environment/cuda",
        catalogue=(60, 61),
        reason=reasons.ENVIRONMENT_UNUSABLE,
        exit_code=ExitCode.ENVIRONMENT,
        patterns=(
            r"CUDA driver version is insufficient for CUDA runtime version",
            r"DNN library initialization failed",
            r"Could not load library libcud\S",
            r"CUDA_ERROR_NO_DEVICE|no CUDA-capable device is detected",
            r"no kernel image is available for execution on the device",
            r"CUDA_ERROR_INVALID_PTX|CUDNN_STATUS_(?:NOT_INITIALIZED|INTERNAL_ERROR)",
        ),
        message="The GPU cannot be used: driver, CUDA and TensorFlow are incompatible.",
        what="The driver, CUDA, cuDNN and TensorFlow are incompatible with each other.",
        why="The GPU is allocated to the pod, but the training cannot use it.",
        fix="`detector-training doctor` shows the versions; update the driver, or use the image built for it.",
    ),
)

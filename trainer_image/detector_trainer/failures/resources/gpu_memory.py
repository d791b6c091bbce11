"""The GPU has too little memory."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="resources/gpu-memory",
    catalogue=(56,),
    reason=reasons.OUT_OF_MEMORY,
    exit_code=ExitCode.DATA,
    patterns=(
        r"OOM when allocating tensor with shape\s?(?P<shape>\[[\d,\s]*\])",
        r"CUDA_ERROR_OUT_OF_MEMORY",
        r"failed to allocate [\d.]+\S* \([\d]+ bytes\) from device",
        r"Out of memory while trying to allocate",
    ),
    message="The GPU has too little memory for this batch.",
    what="The batch does not fit into the memory of the GPU.",
    why="It fails again at the same place, however often it is retried.",
    fix="Lower batch_size or the size of the images, or use a GPU with more memory.",
)

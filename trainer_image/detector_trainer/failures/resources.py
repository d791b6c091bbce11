"""Failures because of a lack of memory."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="resources/gpu-memory",
        catalogue=(56,),
        reason=reasons.OUT_OF_MEMORY,
        exit_code=ExitCode.DATA,
        patterns=(
            r"OOM when allocating tensor with shape\s?\[[\d,\s]{0,200}+\]",
            r"CUDA_ERROR_OUT_OF_MEMORY",
            r"failed to allocate [\d.]{1,30}+\S{0,10}+ \(\d{1,20}+ bytes\) from device",
            r"Out of memory while trying to allocate",
        ),
        message="The GPU does not have enough memory for this batch.",
        what="The batch does not fit into the memory of the GPU.",
        why="Every retry fails at the same step.",
        fix="Lower batch_size or the size of the images, or use a GPU with more memory.",
    ),
    Failure(
        code="resources/host-memory",
        catalogue=(57,),
        reason=reasons.OUT_OF_MEMORY,
        exit_code=ExitCode.CRASH,
        patterns=(
            r"(?m)^MemoryError",
            r"std::bad_alloc",
            r"Cannot allocate memory",
            r"(?m)^(?:[^\s:]{1,200}+: line \d{1,9}+: {1,20}+\d{1,9}+ )?Killed\b",
        ),
        message="The machine, or the memory limit of the pod, does not provide enough memory.",
        what="The process ran out of memory.",
        why="The kernel kills it without a message.",
        fix=(
            "Raise the memory limit; lower batch_size, queue_capacity or num_readers; masks take 400 MB for an image of 1024 x 1024."
        ),
    ),
)

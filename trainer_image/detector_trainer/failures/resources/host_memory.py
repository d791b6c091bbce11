"""The machine has too little memory."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURE = Failure(
    code="resources/host-memory",
    catalogue=(57,),
    reason=reasons.OUT_OF_MEMORY,
    exit_code=ExitCode.CRASH,
    patterns=(
        r"(?m)^MemoryError",
        r"std::bad_alloc",
        r"Cannot allocate memory",
        r"(?m)^(?:\S+: line \d+: +\d+ )?Killed\b",
    ),
    message="The machine, or the memory limit of the pod, has too little memory.",
    what="The process ran out of memory.",
    why="The kernel ends it without a word of its own.",
    fix=(
        "Raise the memory limit; lower batch_size, queue_capacity or num_readers; masks take 400 MB for an image of 1024 x 1024."
    ),
)

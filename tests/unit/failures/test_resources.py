"""Messages of the trainer about memory are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import resources
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("ResourceExhaustedError: OOM when allocating tensor with shape[64,320,320,32] and type float", "resources/gpu-memory", "The GPU does not have enough memory for this batch."),
    Message("ResourceExhaustedError: OOM when allocating tensor with shape [8, 1024] and type float", "resources/gpu-memory", "The GPU does not have enough memory for this batch."),
    Message("CUDA_ERROR_OUT_OF_MEMORY: out of memory", "resources/gpu-memory", "The GPU does not have enough memory for this batch."),
    Message("failed to allocate 1.50GiB (1610612736 bytes) from device: out of memory", "resources/gpu-memory", "The GPU does not have enough memory for this batch."),
    Message("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 1610612736 bytes.", "resources/gpu-memory", "The GPU does not have enough memory for this batch."),
    Message("MemoryError", "resources/host-memory", "The machine, or the memory limit of the pod, does not provide enough memory."),
    Message("terminate called after throwing an instance of 'std::bad_alloc'", "resources/host-memory", "The machine, or the memory limit of the pod, does not provide enough memory."),
    Message("OSError: [Errno 12] Cannot allocate memory", "resources/host-memory", "The machine, or the memory limit of the pod, does not provide enough memory."),
    Message("/run.sh: line 3:    17 Killed                  python model_main_tf2.py", "resources/host-memory", "The machine, or the memory limit of the pod, does not provide enough memory."),
    Message("Killed", "resources/host-memory", "The machine, or the memory limit of the pod, does not provide enough memory."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(resources.FAILURES, MESSAGES) == []

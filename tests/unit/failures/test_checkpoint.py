"""Messages of the trainer about the checkpoint are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import checkpoint
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("DataLossError: Checksum does not match: stored 1 vs. calculated on the restored bytes 2", "checkpoint/corrupt", "A data file of the checkpoint is missing, truncated or damaged."),
    Message("DataLossError: Read less bytes than requested", "checkpoint/corrupt", "A data file of the checkpoint is missing, truncated or damaged."),
    Message("OpError: /ckpt/ckpt-2.data-00000-of-00001; No such file or directory", "checkpoint/corrupt", "A data file of the checkpoint is missing, truncated or damaged."),
    Message("NotFoundError: Unsuccessful TensorSliceReader constructor: Failed to find any matching files for /ckpt/ckpt-0", "checkpoint/not-found", "Checkpoint /ckpt/ckpt-0 does not exist."),
    Message("OSError: Checkpoint is expected to be an object-based checkpoint.", "checkpoint/written-by-tf1", "fine_tune_checkpoint is a TF1 checkpoint, or names the .index file."),
    Message("DataLossError: Unable to open table file /c/x.data-00000-of-00001: not an sstable (bad magic number)", "checkpoint/unreadable", "fine_tune_checkpoint names a file that is not a checkpoint index: a .data file, a git-lfs pointer, or a damaged index."),
    Message("ValueError: Checkpoint version should be V2", "checkpoint/version-not-v2", "fine_tune_checkpoint_version is V1, or not set."),
    Message("AssertionError: Found 260 Python objects that were not bound to checkpointed values", "checkpoint/type-mismatch", "The checkpoint does not contain what fine_tune_checkpoint_type restores."),
    Message("ValueError: Not supported fine_tune_checkpoint_type: fine_tune", "checkpoint/type-mismatch", "The checkpoint does not contain what fine_tune_checkpoint_type restores."),
    Message("ValueError: Unknown fine tune checkpoint type detectoin", "checkpoint/type-mismatch", "The checkpoint does not contain what fine_tune_checkpoint_type restores."),
    Message("ValueError: Cannot assign value to variable 'WeightSharedBoxPredictor/kernel:0': Shape mismatch.The variable shape (3, 3, 256, 222), and the assigned value shape (3, 3, 256, 546) are incompatible.", "checkpoint/shape-mismatch", "Variable WeightSharedBoxPredictor/kernel:0 has shape (3, 3, 256, 222) in the model and (3, 3, 256, 546) in the checkpoint."),
    Message("ValueError: Cannot assign value to variable ' Conv/kernel:0': Shape mismatch.The variable shape (1, 1, 64, 8), and the assigned value shape (1, 1, 64, 9) are incompatible.", "checkpoint/shape-mismatch", "Variable Conv/kernel:0 has shape (1, 1, 64, 8) in the model and (1, 1, 64, 9) in the checkpoint."),
    Message("ValueError: Received incompatible tensor with shape (12,) when attempting to restore variable with shape (24,) and name box/0.1/bias.", "checkpoint/shape-mismatch", "Variable box/0.1/bias has shape (24,) in the model and (12,) in the checkpoint."),
    Message("ValueError: Received incompatible tensor with shape (12,) when attempting to restore variable with shape (24,) and name box/bias and more", "checkpoint/shape-mismatch", "Variable box/bias has shape (24,) in the model and (12,) in the checkpoint."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(checkpoint.FAILURES, MESSAGES) == []

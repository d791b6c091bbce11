"""Messages of the trainer about the storage are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import storage
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("OSError: [Errno 28] No space left on device", "storage/disk-full", "The disk is full."),
    Message("OSError: [Errno 122] Disk quota exceeded: '/models/ckpt-3.index'", "storage/disk-full", "The disk is full."),
    Message("PermissionError: [Errno 13] Permission denied: '/models/train'", "storage/permission-denied", "Permission to read or write a file was denied."),
    Message("tensorflow.python.framework.errors_impl.PermissionDeniedError: /models/train; denied", "storage/permission-denied", "Permission to read or write a file was denied."),
    Message("mkdir: /models/train: Permission denied", "storage/permission-denied", "Permission to read or write a file was denied."),
    Message("OSError: [Errno 30] Read-only file system: '/models/train'", "storage/permission-denied", "Permission to read or write a file was denied."),
    Message("OSError: [Errno 5] Input/output error: '/models/ckpt-3'", "storage/io-error", "The storage failed while a file was read or written."),
    Message("OSError: [Errno 116] Stale file handle", "storage/io-error", "The storage failed while a file was read or written."),
    Message("OSError: [Errno 107] Transport endpoint is not connected: '/models'", "storage/io-error", "The storage failed while a file was read or written."),
    Message("OSError: [Errno 121] Remote I/O error", "storage/io-error", "The storage failed while a file was read or written."),
    Message("tensorflow.python.framework.errors_impl.UnavailableError: Socket closed", "storage/io-error", "The storage failed while a file was read or written."),
    Message("Connection reset by peer while reading https://storage.example/b", "storage/io-error", "The storage failed while a file was read or written."),
    Message("Connection refused: s3://bucket/a", "storage/io-error", "The storage failed while a file was read or written."),
    Message("Connection timed out: gs://bucket/a", "storage/io-error", "The storage failed while a file was read or written."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(storage.FAILURES, MESSAGES) == []

"""Messages of the trainer about the run are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import run
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("RuntimeError: Checkpoint dir (/m) and model_dir (/m) cannot be same. Please set model_dir", "run/model-dir-is-checkpoint-dir", "model_dir is the directory of the fine-tune checkpoint: /m."),
    Message("StopIteration", "run/starved-worker", "The input of this worker ended: fewer record files than workers, or every file is empty."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(run.FAILURES, MESSAGES) == []

"""Messages of the trainer and what `classify` has to make of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from detector_trainer.failures import classify
from detector_trainer.failures.failure import Failure


class Message(NamedTuple):
    """A message of the trainer, and what identifies it."""

    text: str
    code: str
    message: str

    def __str__(self) -> str:
        """Return the id of the test."""
        return f"{self.code}: {self.text.splitlines()[-1][:60]}"

    @property
    def in_a_traceback(self) -> str:
        """Return the message as the end of a log."""
        return f'Traceback (most recent call last):\n  File "model_lib_v2.py", line 605, in train_loop\n{self.text}\n'


def assert_classified(message: Message) -> None:
    """Check code, message, hint and line of what a message is classified as."""
    found = classify(message.in_a_traceback)
    assert found is not None
    assert (found.code, found.message) == (message.code, message.message)
    assert found.hint == found.failure.fix
    assert found.line
    assert found.line[:40] in message.text


def unmatched_patterns(failures: Sequence[Failure], messages: Sequence[Message]) -> list[str]:
    """Return the patterns that no message of their own code matches."""
    return [
        pattern.pattern
        for failure in failures
        for pattern in failure.expressions
        if not any(pattern.search(each.in_a_traceback) for each in messages if each.code == failure.code)
    ]

"""What a container left as its termination message: our JSON, or else the end of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from detector_operator.observe.manifests import Container
from detector_trainer.contract import Progress, TerminationMessage

TAIL_LINES: Final = 20
TAIL_WIDTH: Final = 400
LONGEST_MESSAGE: Final = 1 << 14

# The message of these is the runtime's or the kubelet's, not the log's.
NOT_FROM_LOG: Final = ("StartError", "ContainerCannotRun", "ContainerStatusUnknown")


@dataclass(frozen=True)
class Words:
    """The last words of a container."""

    message: TerminationMessage | None = None
    progress: Progress | None = None
    tail: tuple[str, ...] = ()


def last_words(container: Container) -> Words:
    """Read from the state of a container that has ended."""
    ended = container.terminated or {}
    # A kubelet keeps at most 4096 bytes.
    text = str(ended.get("message") or "")[-LONGEST_MESSAGE:]
    if ended.get("reason") in NOT_FROM_LOG:
        return Words()
    try:
        return Words(message=TerminationMessage.model_validate_json(text))
    except ValueError:
        return _of_log(text)


def _of_log(text: str) -> Words:
    """The end of a log, which may begin in the middle of a line."""
    lines = [line.rstrip() for line in text.replace("\r", "\n").split("\n")]
    told = [(line, Progress.from_line(line)) for line in lines]
    progress = next((progress for _, progress in reversed(told) if progress is not None), None)
    tail = [line[:TAIL_WIDTH] for line, progress in told if line and progress is None]
    return Words(progress=progress, tail=tuple(tail[-TAIL_LINES:]))

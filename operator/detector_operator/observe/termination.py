"""Read the termination message of a container: our JSON, or else the end of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from detector_operator.observe.manifests import Container
from detector_trainer.contract import Progress, TerminationMessage

TAIL_LINES: Final = 20
TAIL_WIDTH: Final = 400
MAX_MESSAGE: Final = 1 << 14

# With these reasons the message comes from the runtime or the kubelet, not from the log.
NOT_FROM_LOG: Final = ("StartError", "ContainerCannotRun", "ContainerStatusUnknown")


@dataclass(frozen=True)
class TerminationState:
    """Hold what a container left in its termination message: a message of ours, or progress and last lines of its log."""

    message: TerminationMessage | None = None
    progress: Progress | None = None
    tail: tuple[str, ...] = ()


def read_termination_message(container: Container) -> TerminationState:
    """Read the termination message from the state of a container that has ended."""
    ended = container.terminated or {}
    # A kubelet keeps at most 4096 bytes.
    text = str(ended.get("message") or "")[-MAX_MESSAGE:]
    if ended.get("reason") in NOT_FROM_LOG:
        return TerminationState()
    try:
        return TerminationState(message=TerminationMessage.model_validate_json(text))
    except ValueError:
        return _read_log_end(text)


def _read_log_end(text: str) -> TerminationState:
    """Parse the end of a log, which may begin in the middle of a line."""
    lines = [line.rstrip() for line in text.replace("\r", "\n").split("\n")]
    parsed = [(line, Progress.from_line(line)) for line in lines]
    progress = next((progress for _, progress in reversed(parsed) if progress is not None), None)
    tail = [line[:TAIL_WIDTH] for line, progress in parsed if line and progress is None]
    return TerminationState(progress=progress, tail=tuple(tail[-TAIL_LINES:]))

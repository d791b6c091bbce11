"""The structured line that `train` writes to its log for every logged step."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from detector_trainer.contract.findings import LARGEST, Contract, Count

LONGEST_WAIT: Final = 100 * 365 * 86400.0
"""Seconds."""


def _none_if_wrong(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Drop a number that is out of bounds, but keep the step: otherwise the training would appear to make no progress."""
    try:
        return handler(value)
    except ValidationError:
        return None


def _zero_if_wrong(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    return _none_if_wrong(value, handler) or 0.0


Speed = Annotated[float | None, Field(ge=0, allow_inf_nan=False), WrapValidator(_none_if_wrong)]
Moment = Annotated[float, Field(ge=0, lt=LARGEST, allow_inf_nan=False), WrapValidator(_zero_if_wrong)]
Checkpoint = Annotated[Count | None, WrapValidator(_none_if_wrong)]

PREFIX = "detector-training: "


class Progress(Contract):
    """Progress of a training. In the log: the prefix `detector-training: `, then this as one line of JSON."""

    step: Count
    total_steps: Count
    loss: float | None = None
    """`Loss/total_loss` of the last step."""
    losses: dict[str, float] = {}
    """The parts of the loss by the trainer's names, for example `Loss/classification_loss`."""
    learning_rate: float | None = None
    steps_per_second: Speed = None
    images_per_second: Speed = None
    last_checkpoint_step: Checkpoint = None
    last_checkpoint: str | None = None
    time: Moment = 0.0
    """Seconds since the epoch, by the clock of the node: for people; durations are not computed from it."""

    @property
    def seconds_remaining(self) -> float | None:
        """Time left at the current speed, in seconds; None if it is unknown or longer than 100 years."""
        if not self.steps_per_second:
            return None
        seconds = max(0, self.total_steps - self.step) / self.steps_per_second
        return seconds if seconds < LONGEST_WAIT else None

    def to_line(self) -> str:
        """Return the log line, without its newline."""
        return PREFIX + self.model_dump_json(by_alias=True, exclude_none=True)

    @classmethod
    def from_line(cls, line: str) -> Progress | None:
        """Parse the progress in a log line; None if the line is of another format, cut, or has no step.

        A timestamp or other text may precede the prefix.
        """
        _, found, text = line.partition(PREFIX)
        if not found:
            return None
        try:
            return cls.model_validate_json(text)
        except ValueError:
            return None

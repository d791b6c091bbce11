"""The structured line that `train` writes to its log for every logged step."""

from __future__ import annotations

from detector_trainer.contract.findings import Contract

PREFIX = "detector-training: "


class Progress(Contract):
    """Where a training stands. In the log: the prefix `detector-training: ` and then this as one line of JSON."""

    step: int
    total_steps: int
    loss: float | None = None
    """`Loss/total_loss` of the last step."""
    losses: dict[str, float] = {}
    """The parts of the loss by the trainer's names, for example `Loss/classification_loss`."""
    learning_rate: float | None = None
    steps_per_second: float | None = None
    images_per_second: float | None = None
    last_checkpoint_step: int | None = None
    last_checkpoint: str | None = None
    time: float = 0.0
    """Seconds since the epoch."""

    @property
    def seconds_remaining(self) -> float | None:
        """Time left at the present speed."""
        if not self.steps_per_second:
            return None
        return max(0, self.total_steps - self.step) / self.steps_per_second

    def to_line(self) -> str:
        """The log line, without its newline."""
        return PREFIX + self.model_dump_json(by_alias=True, exclude_none=True)

    @classmethod
    def from_line(cls, line: str) -> Progress | None:
        """The progress in a log line; None if the line is not one of ours or was cut.

        A timestamp or a logger's words may stand before the prefix.
        """
        _, found, text = line.partition(PREFIX)
        if not found:
            return None
        try:
            return cls.model_validate_json(text)
        except ValueError:
            return None

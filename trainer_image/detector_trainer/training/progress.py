"""Writes progress: for each logged step one structured line for programs and one for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TypedDict

from detector_trainer.command.run_result import TrainingState
from detector_trainer.contract import Progress

Clock = Callable[[], float]


class ReporterOptions(TypedDict):
    """The arguments of Reporter besides the number of steps."""

    batch_size: int
    interval: float
    """Seconds between two lines, at least."""
    human: bool
    structured: bool


class Reporter:
    """Writes progress at a bounded rate: the first step, then one per `interval` seconds; the caller reports the last step."""

    def __init__(
        self,
        *,
        total_steps: int,
        batch_size: int,
        interval: float,
        human: bool,
        structured: bool,
        write: Callable[[str], None] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._total_steps = total_steps
        self._batch_size = batch_size
        self._interval = interval
        self._human, self._structured = human, structured
        self._write = write or _to_stdout
        self._clock = clock
        self._written_at: float | None = None
        self._written: tuple[int, int | None] | None = None
        self._speed = _Speed(clock)

    def completed(self, step: int) -> None:
        """Measure the speed: a graph call returned after completing `step`."""
        self._speed.completed(step)

    @property
    def due(self) -> bool:
        """Whether a line should be written now."""
        return self._written_at is None or self._clock() - self._written_at >= self._interval

    def report(self, step: int, losses: Mapping[str, float], learning_rate: float, state: TrainingState) -> None:
        """Write the lines for a step, unless they were already written with the same checkpoint."""
        if (step, state.checkpoint_step) == self._written:
            return
        self._written_at, self._written = self._clock(), (step, state.checkpoint_step)
        speed = self._speed.steps_per_second
        parts = dict(losses)
        total = parts.pop("Loss/total_loss", None)
        progress = Progress(
            step=step,
            total_steps=self._total_steps,
            loss=_rounded(total),
            losses={name: float(f"{value:.6g}") for name, value in parts.items()},
            learning_rate=_rounded(learning_rate),
            steps_per_second=_rounded(speed),
            images_per_second=_rounded(speed * self._batch_size) if speed else None,
            last_checkpoint_step=state.checkpoint_step,
            last_checkpoint=state.checkpoint,
            time=round(time.time(), 3),
        )
        if self._structured:
            self._write(progress.to_line())
        if self._human:
            self._write(human_line(progress))


class _Speed:
    """Steps per second over the last calls; without the first call, which traces the graph."""

    WINDOW_SECONDS = 30.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._points: list[tuple[float, int]] = []

    def completed(self, step: int) -> None:
        now = self._clock()
        self._points.append((now, step))
        while len(self._points) > 2 and now - self._points[1][0] > self.WINDOW_SECONDS:
            del self._points[0]

    @property
    def steps_per_second(self) -> float | None:
        if len(self._points) < 2:
            return None
        (first_time, first_step), (last_time, last_step) = self._points[0], self._points[-1]
        return (last_step - first_step) / (last_time - first_time) if last_time > first_time else None


def human_line(progress: Progress) -> str:
    """Format progress for people.

    For example `step 120/20000  loss 1.234 (classification 0.6)  lr 0.01  3.2 steps/s  26 images/s  checkpoint 100  1h42m left`.
    """
    words = [f"step {progress.step}/{progress.total_steps}"]
    if progress.loss is not None:
        parts = ", ".join(f"{_short(name)} {value:.3g}" for name, value in sorted(progress.losses.items()))
        words.append(f"loss {progress.loss:.4g}" + (f" ({parts})" if parts else ""))
    if progress.learning_rate is not None:
        words.append(f"lr {progress.learning_rate:.3g}")
    if progress.steps_per_second:
        words.append(f"{progress.steps_per_second:.3g} steps/s")
        words.append(f"{progress.images_per_second:.3g} images/s")
    if progress.last_checkpoint_step is not None:
        words.append(f"checkpoint {progress.last_checkpoint_step}")
    if progress.seconds_remaining:
        words.append(f"{_duration(progress.seconds_remaining)} left")
    return "  ".join(words)


def _short(name: str) -> str:
    return name.rpartition("/")[2].removesuffix("_loss")


def _duration(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minute:02}m"
    return f"{minute}m{second:02}s" if minute else f"{second}s"


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

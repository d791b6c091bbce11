"""Hooks into object_detection/model_lib_v2.train_loop, without copying it.

train_loop looks up four names while it runs; each is replaced during a training:

- `range(step, train_steps, num_steps_per_iteration)`, its only loop over graph calls: ours yields once per call, decides how many
  steps the call has, and ends the loop when a stop is requested.
- `num_steps_per_iteration`, a constant of 100 in the traced graph: ours is a variable, so that all calls share one trace.
- `reduce_dict`, which sums the losses inside the graph: ours also records the first step with a loss that is not finite.
- `pprint.pformat`, by which it logs losses and learning rate after every call and before it saves: ours receives the values.

and `tf.train.CheckpointManager`, to record what was saved, and to save at the end.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from detector_trainer.command.run_result import RunTerminated, TrainingState
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.training.call_length import CallLength
from detector_trainer.training.progress import Reporter, ReporterOptions
from detector_trainer.training.watchdog import Watchdog

if TYPE_CHECKING:
    import tensorflow

SUMMARY_EVERY = 100  # steps between pictures for TensorBoard, as upstream


class StepsPerCall:
    """Replaces train_loop's num_steps_per_iteration: a number in Python, a variable in the graph.

    It has the operators that train_loop uses on it, and no others.
    """

    def __init__(self, tf: ModuleType) -> None:
        self._tf = tf
        self._variable = tf.Variable(1, dtype=tf.int64, trainable=False, name="steps_per_call")
        self.value = 1

    def set(self, value: int) -> None:
        """Set the number of steps of the next call."""
        if value != self.value:
            self.value = value
            self._variable.assign(value)

    def __gt__(self, other: int) -> bool:
        """`num_steps_per_iteration > 1`: always true, so that the loop is traced; with one step it runs zero times."""
        return True

    def __sub__(self, other: int) -> tensorflow.Tensor:
        """`tf.range(num_steps_per_iteration - 1)`, in the graph."""
        return self._variable - other

    def __rmod__(self, step: tensorflow.Tensor) -> tensorflow.Tensor:
        """`record_if(step % num_steps_per_iteration == 0)`: pictures every 100 steps, the scalars after every call."""
        return self._tf.constant(0) if self._tf.executing_eagerly() else step % SUMMARY_EVERY

    def __mul__(self, other: float) -> float:
        """`num_steps_per_iteration * 1.0 / time_taken`."""
        return self.value * other

    def __rtruediv__(self, other: float) -> float:
        """`time_taken / num_steps_per_iteration`."""
        return other / self.value


class FirstNonFinite:
    """Records, inside the graph, the first step with a loss that is not finite."""

    def __init__(self, tf: ModuleType) -> None:
        self._tf = tf
        self._steps = tf.Variable(0, dtype=tf.int64, trainable=False, name="steps_looked_at")
        self._first = tf.Variable(-1, dtype=tf.int64, trainable=False, name="first_non_finite_step")

    def check(self, losses: Mapping[str, tensorflow.Tensor]) -> None:
        """Check the losses (scalars, by name) of one step, in the graph."""
        tf = self._tf
        finite = tf.reduce_all(tf.math.is_finite(tf.stack([tf.cast(loss, tf.float32) for loss in losses.values()])))
        self._steps.assign_add(1)
        self._first.assign(tf.where(tf.logical_or(finite, self._first >= 0), self._first, self._steps))

    @property
    def steps_into_run(self) -> int | None:
        """The first step of this run with a loss that is not finite, counted from 1; None if all losses were finite."""
        first = int(self._first.numpy())
        return None if first < 0 else first


class TrainLoop:
    """The hooks of one training, and what they have recorded."""

    def __init__(
        self,
        tf: ModuleType,
        *,
        state: TrainingState,
        watchdog: Watchdog,
        reporter_options: ReporterOptions,
        checkpoint_every: int,
        before_save: Callable[[], None],
    ) -> None:
        self._tf = tf
        self._state, self._watchdog = state, watchdog
        self._reporter_options = reporter_options
        self._checkpoint_every = checkpoint_every
        self.before_save = before_save
        """Called before a checkpoint is written; may raise RunTerminated."""
        self._manager: Any = None
        self._steps_per_call = StepsPerCall(tf)
        self._non_finite = FirstNonFinite(tf)
        self._reporter: Reporter | None = None
        self._start = 0
        self._expected_step = 0
        self._last_values: Mapping[str, float] = {}

    @contextmanager
    def hooked(self, model_lib_v2: ModuleType) -> Iterator[None]:
        """Install the hooks; remove them on exit."""
        module: Any = model_lib_v2
        train = self._tf.compat.v2.train
        original = {name: getattr(module, name) for name in ("train_loop", "reduce_dict", "pprint", "LOG_EVERY")}
        original_manager = train.CheckpointManager

        def train_loop(*args: object, **kwargs: object) -> object:
            return original["train_loop"](*args, num_steps_per_iteration=self._steps_per_call, **kwargs)

        def reduce_dict(*args: object, **kwargs: object) -> object:
            losses = original["reduce_dict"](*args, **kwargs)
            self._non_finite.check(losses)
            return losses

        module.train_loop = train_loop
        module.reduce_dict = reduce_dict
        module.pprint = SimpleNamespace(pformat=self._logged)
        module.LOG_EVERY = 1  # log after every call
        module.range = self._range
        train.CheckpointManager = _observed(original_manager, self)
        try:
            yield
        finally:
            for name, value in original.items():
                setattr(module, name, value)
            del module.range
            train.CheckpointManager = original_manager

    def manager_created(self, manager: tensorflow.train.CheckpointManager) -> None:
        """Keep the CheckpointManager that train_loop created, for the checkpoint at the end."""
        self._manager = manager

    def checkpoint_saved(self, prefix: str, step: int) -> None:
        """Store prefix and step of a checkpoint that is complete on disk."""
        self._state.checkpoint, self._state.checkpoint_step = prefix, step

    def _range(self, *args: Any) -> Iterable[object]:
        if len(args) == 3 and args[2] is self._steps_per_call:
            return self._calls(int(args[0]), args[1])
        return builtins.range(*args)

    def _calls(self, start: int, stop: int | None) -> Iterator[None]:
        """Yield once for each graph call of the training."""
        if stop is None:
            raise RunTerminated(
                ExitCode.DATA,
                reasons.INVALID_CONFIG,
                "train_config.num_steps is 0 and --num_train_steps is not set: the training would never end.",
                "Set num_steps in the config, or pass --num_train_steps.",
            )
        state = self._state
        self._start = state.step = start
        state.total_steps = stop
        if start >= stop:
            raise RunTerminated(
                ExitCode.DONE,
                reasons.ALREADY_COMPLETE,
                f"Nothing to do: the checkpoint in model_dir is at step {start}, and the training ends at step {stop}.",
                "To train further, raise the number of steps; to train from scratch, choose an empty model_dir.",
            )
        self._reporter = Reporter(total_steps=stop, **self._reporter_options)
        call_length = CallLength(start=start, stop=stop, checkpoint_every=self._checkpoint_every)
        self._watchdog.can_stop_safely()
        step = start
        while step < stop and not self._watchdog.stop_requested:
            steps = call_length.next(step)
            self._steps_per_call.set(steps)
            self._expected_step = step + steps
            yield
            step += steps
            call_length.completed(steps)
        if state.steps_this_run:
            if state.checkpoint_step != step:
                self._manager.save()
            self._report(step)

    def _logged(self, values: Mapping[str, float], **_: object) -> str:
        """Receive the losses and the learning rate after a graph call, before train_loop saves a checkpoint."""
        assert self._reporter is not None
        bad = self._non_finite.steps_into_run
        if bad is not None:
            self._state.step = self._start + bad - 1
            raise RunTerminated(
                ExitCode.DATA, reasons.NON_FINITE_LOSS, self._about_non_finite(self._start + bad, values), NON_FINITE_HINT
            )
        state = self._state
        step = state.step = self._expected_step
        state.steps_this_run = step - self._start
        self._watchdog.stepped()
        self._last_values = values
        self._reporter.completed(step)
        if self._reporter.due and step != state.total_steps:  # the last step is reported once it is saved
            self._report(step)
        return ""

    def _report(self, step: int) -> None:
        assert self._reporter is not None
        losses = {name: float(value) for name, value in self._last_values.items() if name != "learning_rate"}
        self._reporter.report(step, losses, float(self._last_values["learning_rate"]), self._state)

    def _about_non_finite(self, step: int, values: Mapping[str, float]) -> str:
        bad = sorted(name for name, value in values.items() if not math.isfinite(float(value)) and name != "learning_rate")
        rate = float(values["learning_rate"])
        parts = f": {', '.join(f'{name} is {float(values[name])}' for name in bad)}" if bad else ""
        return f"The loss is not finite since step {step}{parts}; the learning rate is {rate:g}."


NON_FINITE_HINT = (
    "Lower the learning rate (it must fall with the batch size), set gradient_clipping_by_norm, or search for infinite or huge "
    "boxes with `detector-training validate`. The checkpoint of that step was not saved."
)


def _observed(manager_class: type, loop: TrainLoop) -> type:
    """Return a subclass of CheckpointManager that reports itself, and each checkpoint it saves, to the loop."""

    class ObservedCheckpointManager(manager_class):  # type: ignore[misc]
        def __init__(self, checkpoint: tensorflow.train.Checkpoint, *args: object, **kwargs: object) -> None:
            super().__init__(checkpoint, *args, **kwargs)
            self._step = checkpoint.step
            loop.manager_created(self)

        def save(self, *args: object, **kwargs: object) -> object:
            loop.before_save()
            prefix = super().save(*args, **kwargs)
            loop.checkpoint_saved(str(prefix), int(self._step.numpy()))
            return prefix

    return ObservedCheckpointManager

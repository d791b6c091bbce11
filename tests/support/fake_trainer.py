"""A trainer without TensorFlow: the parts of tensorflow and of model_lib_v2 that `train` uses, on plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

MODEL_LIB_V2 = """
LOG_EVERY = 100

def reduce_dict(strategy, losses, reduction):
    return dict(losses)

def train_loop(*, train_steps, model_dir, checkpoint_every_n=1000, num_steps_per_iteration=100):
    global_step = tf.Variable(first_step, dtype=tf.int64, name="global_step")
    checkpoint = SimpleNamespace(step=global_step)
    manager = tf.compat.v2.train.CheckpointManager(checkpoint, model_dir, max_to_keep=7)

    def train_step():
        seen.recorded.append(global_step % num_steps_per_iteration)
        losses = losses_of(int(global_step.numpy()))
        global_step.assign_add(1)
        return reduce_dict("strategy", losses, "SUM")

    def call():
        seen.executing_eagerly = False
        if num_steps_per_iteration > 1:
            for _ in range(int(num_steps_per_iteration - 1)):
                train_step()
        losses = train_step()
        seen.executing_eagerly = True
        return losses

    if int(global_step.numpy()) == 0:
        manager.save()
    checkpointed_step = logged_step = int(global_step.numpy())
    for _ in range(global_step.numpy(), train_steps, num_steps_per_iteration):
        losses = call()
        seen.calls.append(num_steps_per_iteration * 1.0 / 2.0)
        seen.summaries.append(global_step % num_steps_per_iteration == 0)
        seen.after_call(int(global_step.numpy()))
        if int(global_step.numpy()) - logged_step >= LOG_EVERY:
            seen.step_times.append(2.0 / num_steps_per_iteration)
            seen.logged.append(pprint.pformat({**losses, "learning_rate": 0.01}, width=40))
            logged_step = int(global_step.numpy())
        if int(global_step.numpy()) - checkpointed_step >= checkpoint_every_n:
            manager.save()
            checkpointed_step = int(global_step.numpy())
    return "trained"
"""


class Variable:
    """A tf.Variable of a whole number: what is assigned has to be of its type."""

    def __init__(self, value: int, *, dtype: object = None, trainable: bool = True, name: str = "") -> None:
        assert dtype is int, "float32 counts exactly only to 16,777,216"
        self.value, self.trainable, self.name = value, trainable, name

    def assign(self, value: int) -> None:
        """Set it."""
        self.value = int(value)

    def assign_add(self, value: int) -> None:
        """Add to it."""
        self.value += value

    def numpy(self) -> int:
        """Return the number."""
        return self.value

    def __int__(self) -> int:
        return self.value

    def __sub__(self, other: int) -> int:
        return self.value - other

    def __ge__(self, other: int) -> bool:
        return self.value >= other

    def __mod__(self, other: Any) -> Any:
        return NotImplemented if not isinstance(other, int) else self.value % other


class CheckpointManager:
    """Saves nothing, and notes at which step it was asked to."""

    def __init__(self, seen: Seen, checkpoint: Any, directory: str, *, max_to_keep: int) -> None:
        self.seen, self.directory, self.max_to_keep = seen, directory, max_to_keep
        self.step = checkpoint.step

    def save(self, *, checkpoint_number: int | None = None) -> str:
        """Return the prefix of the checkpoint."""
        self.seen.saved.append(int(self.step))
        number = len(self.seen.saved) if checkpoint_number is None else checkpoint_number
        return f"{self.directory}/ckpt-{number}"


class Seen:
    """What the fake trainer did."""

    def __init__(self) -> None:
        self.calls: list[float] = []
        """Steps of each call, over 2 seconds."""
        self.step_times: list[float] = []
        self.saved: list[int] = []
        self.logged: list[str] = []
        self.recorded: list[int] = []
        """What each step of the graph compared with 0 to decide whether to write pictures."""
        self.summaries: list[bool] = []
        self.executing_eagerly = True
        self.after_call: Callable[[int], object] = lambda _: None
        self.variables: list[Variable] = []


class FakeTrainer:
    """The modules, and what they saw."""

    def __init__(
        self,
        losses_of: Callable[[int], Mapping[str, float]] = lambda _: {"Loss/total_loss": 1.5, "Loss/box": 0.5},
        first_step: int = 0,
    ) -> None:
        self.seen = seen = Seen()

        def variable(value: int, **options: Any) -> Variable:
            seen.variables.append(Variable(value, **options))
            return seen.variables[-1]

        class Manager(CheckpointManager):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(seen, *args, **kwargs)

        self.tf: Any = SimpleNamespace(
            Variable=variable,
            int64=int,
            float32=float,
            constant=lambda value: value,
            executing_eagerly=lambda: seen.executing_eagerly,
            stack=list,
            cast=lambda value, kind: kind(value),
            reduce_all=all,
            where=lambda condition, this, that: int(this) if condition else int(that),
            logical_or=lambda one, other: one or other,
            math=SimpleNamespace(is_finite=lambda values: [math.isfinite(value) for value in values]),
            train=SimpleNamespace(latest_checkpoint=lambda _: None),
            config=SimpleNamespace(list_physical_devices=lambda _: []),
            compat=SimpleNamespace(v2=SimpleNamespace(train=SimpleNamespace(CheckpointManager=Manager))),
        )
        self.lib: Any = ModuleType("model_lib_v2")
        self.lib.__dict__.update(
            tf=self.tf, seen=seen, losses_of=losses_of, first_step=first_step, SimpleNamespace=SimpleNamespace, pprint="pprint"
        )
        exec(MODEL_LIB_V2, self.lib.__dict__)

    def variables(self) -> Iterator[Variable]:
        """Yield the variables that are not the trainer's own."""
        return (variable for variable in self.seen.variables if variable.name != "global_step")

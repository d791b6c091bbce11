"""The hooks in train_loop: which calls it makes, what is reported and saved, and that nothing of them is left behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from detector_trainer.command.run_result import RunTerminated, TrainingState
from detector_trainer.contract import ExitCode, Progress, reasons
from detector_trainer.training import hooks
from detector_trainer.training.call_length import CallLength
from detector_trainer.training.hooks import FirstNonFinite, StepsPerCall, TrainLoop
from support.fake_trainer import FakeTrainer

OPTIONS = {"batch_size": 8, "interval": 0.0, "human": False, "structured": True}


class Watched:
    """What the loop reports to its watchdog; a stop is requested once `stop_at` steps are done."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.told = stop_at, list[str]()
        self.stop_requested = stop_at == 0

    def can_stop_safely(self) -> None:
        self.told.append("can stop safely")

    def stepped(self) -> None:
        self.told.append("stepped")

    def after_call(self, step: int) -> None:
        self.stop_requested = self.stop_at is not None and step >= self.stop_at


class Run:
    """A training of the fake trainer with the hooks."""

    def __init__(self, trainer: FakeTrainer, *, stop_at: int | None = None, checkpoint_every: int = 10, **options: Any) -> None:
        self.trainer, self.watch, self.state = trainer, Watched(stop_at), TrainingState()
        trainer.seen.after_call = self.watch.after_call
        self.about_to_save: list[int | None] = []
        self.loop = TrainLoop(
            trainer.tf,
            state=self.state,
            watchdog=self.watch,  # type: ignore[arg-type]
            reporter_options={**OPTIONS, **options},  # type: ignore[typeddict-item]
            checkpoint_every=checkpoint_every,
            before_save=lambda: self.about_to_save.append(self.state.checkpoint_step),
        )
        self.checkpoint_every = checkpoint_every

    def train(self, steps: int | None) -> object:
        with self.loop.hooked(self.trainer.lib):
            return self.trainer.lib.train_loop(train_steps=steps, model_dir="m", checkpoint_every_n=self.checkpoint_every)


@pytest.fixture(autouse=True)
def quick_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that take no time: the calls grow to 1, 1, 4, 16, 64 and 100 steps."""
    monkeypatch.setattr(hooks, "CallLength", partial(CallLength, clock=lambda: 0.0))


@pytest.fixture
def reported(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[Progress]]:
    return lambda: [progress for line in capsys.readouterr().out.splitlines() if (progress := Progress.from_line(line))]


def steps_of(trainer: FakeTrainer) -> list[int]:
    return [int(calls * 2) for calls in trainer.seen.calls]


# Calls


def test_calls_grow_and_end_on_checkpoint_steps_and_on_the_last_step():
    run = Run(FakeTrainer())
    assert run.train(33) == "trained"
    assert steps_of(run.trainer) == [1, 1, 4, 4, 10, 10, 3]
    assert (run.state.step, run.state.total_steps, run.state.steps_this_run) == (33, 33, 33)


def test_a_resumed_training_counts_from_where_it_began():
    run = Run(FakeTrainer(first_step=7))
    run.train(20)
    assert steps_of(run.trainer) == [1, 1, 4, 4, 3]
    assert (run.state.step, run.state.steps_this_run) == (20, 13)


def test_a_checkpoint_is_saved_at_the_start_when_it_is_due_and_at_the_last_step():
    run = Run(FakeTrainer())
    run.train(25)
    assert run.trainer.seen.saved == [0, 10, 20, 25]
    assert (run.state.checkpoint, run.state.checkpoint_step) == ("m/ckpt-4", 25)


def test_the_last_step_is_saved_once_when_it_is_a_checkpoint_step():
    run = Run(FakeTrainer())
    run.train(20)
    assert run.trainer.seen.saved == [0, 10, 20]


def test_it_is_asked_before_every_checkpoint_whether_it_may_be_written():
    run = Run(FakeTrainer())
    run.train(20)
    assert run.about_to_save == [None, 0, 10]


@pytest.mark.parametrize(("stop_at", "saved", "step"), [(6, [0, 6], 6), (10, [0, 10], 10)], ids=["between checkpoints", "at one"])
def test_a_stop_ends_after_the_call_and_with_a_checkpoint(stop_at: int, saved: list[int], step: int):
    run = Run(FakeTrainer(), stop_at=stop_at)
    run.train(100)
    assert (run.trainer.seen.saved, run.state.step) == (saved, step)


def test_a_stop_before_the_first_step_saves_and_reports_nothing(reported: Callable[[], list[Progress]]):
    run = Run(FakeTrainer(first_step=7), stop_at=0)
    run.train(100)
    assert (run.trainer.seen.saved, run.trainer.seen.calls, run.state.step) == ([], [], 7)
    assert reported() == []


def test_the_watchdog_knows_from_when_on_it_can_stop_and_of_every_call():
    run = Run(FakeTrainer())
    run.train(6)
    assert run.watch.told == ["can stop safely", "stepped", "stepped", "stepped"]


# Ends


@pytest.mark.parametrize("start", [20, 21])
def test_a_training_that_is_at_its_last_step_has_nothing_to_do(start: int):
    run = Run(FakeTrainer(first_step=start))
    with pytest.raises(RunTerminated) as ended:
        run.train(20)
    assert (ended.value.code, ended.value.reason) == (ExitCode.DONE, reasons.ALREADY_COMPLETE)
    assert f"is at step {start}, and the training ends at step 20." in ended.value.message
    assert (run.state.step, run.state.total_steps) == (start, 20)


def test_one_step_before_the_last_there_is_one_to_do():
    run = Run(FakeTrainer(first_step=19))
    run.train(20)
    assert steps_of(run.trainer) == [1]


def test_a_training_without_a_last_step_is_not_begun():
    with pytest.raises(RunTerminated) as ended:
        Run(FakeTrainer()).train(None)
    assert (ended.value.code, ended.value.reason) == (ExitCode.DATA, reasons.INVALID_CONFIG)


def losses_not_finite_from(step: int, value: float) -> Callable[[int], dict[str, float]]:
    return lambda done: {"Loss/total_loss": value if done + 1 >= step else 1.0, "Loss/box": value if done + 1 == step else 0.5}


@pytest.mark.parametrize(("step", "start"), [(1, 0), (2, 0), (7, 0), (10, 0), (9, 7)])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_the_first_step_with_a_loss_that_is_not_finite_is_named(step: int, start: int, value: float):
    run = Run(FakeTrainer(losses_not_finite_from(step, value), first_step=start))
    with pytest.raises(RunTerminated) as ended:
        run.train(100)
    assert (ended.value.code, ended.value.reason) == (ExitCode.DATA, reasons.NON_FINITE_LOSS)
    assert ended.value.message.startswith(f"The loss is not finite since step {step}: ")
    assert run.state.step == step - 1
    assert step not in run.trainer.seen.saved


def test_the_losses_that_are_not_finite_are_named_with_their_values_and_the_learning_rate():
    def losses(_: int) -> dict[str, float]:
        return {"Loss/total_loss": float("nan"), "Loss/box": float("inf"), "Loss/class": 1.0}

    with pytest.raises(RunTerminated) as ended:
        Run(FakeTrainer(losses)).train(10)
    assert ended.value.message == (
        "The loss is not finite since step 1: Loss/box is inf, Loss/total_loss is nan; the learning rate is 0.01."
    )


def test_losses_that_are_finite_again_at_the_end_of_the_call_are_not_named():
    def losses(done: int) -> dict[str, float]:
        return {"Loss/total_loss": float("nan") if done == 2 else 1.0}

    with pytest.raises(RunTerminated) as ended:
        Run(FakeTrainer(losses)).train(10)
    assert ended.value.message == "The loss is not finite since step 3; the learning rate is 0.01."


# Reports


def test_every_call_is_reported_and_the_last_step_once_with_its_checkpoint(reported: Callable[[], list[Progress]]):
    Run(FakeTrainer()).train(15)
    assert [(line.step, line.last_checkpoint_step) for line in reported()] == [(1, 0), (2, 0), (6, 0), (10, 0), (15, 15)]


def test_a_report_has_the_losses_the_learning_rate_and_the_total(reported: Callable[[], list[Progress]]):
    Run(FakeTrainer()).train(15)
    (line, *_) = reported()
    assert (line.total_steps, line.loss, line.losses, line.learning_rate) == (15, 1.5, {"Loss/box": 0.5}, 0.01)
    assert line.last_checkpoint == "m/ckpt-1"


def test_within_the_interval_only_the_first_and_the_last_step_are_reported(reported: Callable[[], list[Progress]]):
    Run(FakeTrainer(), interval=3600.0).train(15)
    assert [line.step for line in reported()] == [1, 15]


def test_the_speed_is_of_the_steps_that_were_completed(monkeypatch: pytest.MonkeyPatch, reported: Callable[[], list[Progress]]):
    now = iter(float(second) for second in range(1000))
    real = hooks.Reporter
    monkeypatch.setattr(hooks, "Reporter", lambda **options: real(clock=lambda: next(now), **options))
    Run(FakeTrainer()).train(15)
    first, *others = reported()
    assert first.steps_per_second is None
    assert all(line.steps_per_second for line in others)


def test_what_upstream_would_have_logged_is_empty():
    run = Run(FakeTrainer())
    run.train(6)
    assert run.trainer.seen.logged == ["", "", ""]


# What train_loop does with the number of steps of a call


def test_pictures_are_written_every_100_steps_and_scalars_after_every_call():
    run = Run(FakeTrainer(first_step=98), checkpoint_every=1000)
    run.train(203)
    assert [98 + index for index, rest in enumerate(run.trainer.seen.recorded) if rest == 0] == [100, 200]
    assert all(run.trainer.seen.summaries)


def test_speeds_are_calculated_with_the_steps_of_the_call():
    run = Run(FakeTrainer())
    run.train(5)
    assert run.trainer.seen.calls == [0.5, 0.5, 1.5]
    assert run.trainer.seen.step_times == [2.0, 2.0, 0.6666666666666666]


def test_the_number_of_steps_is_a_factor_and_a_divisor():
    steps = StepsPerCall(FakeTrainer().tf)
    steps.set(8)
    assert (steps * 0.5, 2.0 / steps) == (4.0, 0.25)


def test_the_number_of_steps_is_set_in_the_graph_only_when_it_changes():
    trainer = FakeTrainer()
    steps = StepsPerCall(trainer.tf)
    (variable,) = trainer.variables()
    assigned = list[int]()
    variable.assign = assigned.append  # type: ignore[method-assign]
    for number in (1, 1, 4, 4, 1):
        steps.set(number)
        assert steps.value == number
    assert assigned == [4, 1]


def test_the_variables_of_the_hooks_are_not_trained_and_not_called_the_same():
    trainer = FakeTrainer()
    StepsPerCall(trainer.tf), FirstNonFinite(trainer.tf)
    assert {variable.name: (variable.value, variable.trainable) for variable in trainer.variables()} == {
        "steps_per_call": (1, False),
        "steps_looked_at": (0, False),
        "first_non_finite_step": (-1, False),
    }


# In place, and out again


def attributes(trainer: FakeTrainer) -> dict[str, object]:
    found = {name: value for name, value in vars(trainer.lib).items() if not name.startswith("__")}
    return {**found, "CheckpointManager": trainer.tf.compat.v2.train.CheckpointManager}


@pytest.fixture(params=["it ends", "it fails"])
def after_a_run(request: pytest.FixtureRequest) -> tuple[dict[str, object], FakeTrainer]:
    trainer = FakeTrainer()
    before = attributes(trainer)
    if request.param == "it ends":
        Run(trainer).train(5)
    else:
        with pytest.raises(RunTerminated):
            Run(trainer).train(None)
    return before, trainer


def test_nothing_of_the_hooks_is_left_behind(after_a_run: tuple[dict[str, object], FakeTrainer]):
    before, trainer = after_a_run
    assert attributes(trainer) == before


def test_every_other_range_is_pythons_own():
    run = Run(FakeTrainer())
    with run.loop.hooked(run.trainer.lib):
        others = [run.trainer.lib.range(3), run.trainer.lib.range(1, 3), run.trainer.lib.range(1, 7, 2)]
    assert others == [range(3), range(1, 3), range(1, 7, 2)]


def test_the_manager_gets_what_train_loop_gives_it():
    run = Run(FakeTrainer())
    with run.loop.hooked(run.trainer.lib):
        checkpoint = SimpleNamespace(step=run.trainer.tf.Variable(3, dtype=run.trainer.tf.int64))
        manager = run.trainer.tf.compat.v2.train.CheckpointManager(checkpoint, "elsewhere", max_to_keep=2)
        assert manager.save(checkpoint_number=9) == "elsewhere/ckpt-9"
    assert (manager.directory, manager.max_to_keep) == ("elsewhere", 2)
    assert (run.state.checkpoint, run.state.checkpoint_step) == ("elsewhere/ckpt-9", 3)


def test_the_losses_are_passed_on(monkeypatch: pytest.MonkeyPatch):
    run = Run(FakeTrainer())
    given = list[object]()
    monkeypatch.setattr(run.trainer.lib, "reduce_dict", lambda *args, **kwargs: given.append((args, kwargs)) or args[1])
    with run.loop.hooked(run.trainer.lib):
        assert run.trainer.lib.reduce_dict("strategy", {"a": 1.0}, axis=0) == {"a": 1.0}
    assert given == [(("strategy", {"a": 1.0}), {"axis": 0})]

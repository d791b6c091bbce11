"""The verb `train`, with a trainer without TensorFlow: what it is given, and what each end is reported as."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from absl import flags as absl_flags

from detector_trainer import compat
from detector_trainer.command.run_result import RunTerminated
from detector_trainer.contract import ExitCode, Progress, reasons
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.training import hooks, launch
from detector_trainer.training.call_length import CallLength
from detector_trainer.training.flags import UPSTREAM
from support.fake_trainer import FakeTrainer
from support.inputs import SOUND

CONFIG = SOUND / "pipeline.config"
CHECKPOINT_STEP = "step/.ATTRIBUTES/VARIABLE_VALUE"


class FakeLease:
    """Notes what is done with the lease."""

    def __init__(self, model_dir: str, *, on_lost: Callable[[str], object]) -> None:
        self.model_dir, self.on_lost = model_dir, on_lost
        self.done: list[str] = []
        self.holder: str | None = None

    def hold(self) -> None:
        self.done.append("hold")

    def settle(self) -> None:
        self.done.append("settle")

    def release(self) -> None:
        self.done.append("release")

    def other_holder(self) -> str | None:
        return self.holder


class FakeWatchdog:
    """A watchdog that ends no process."""

    def __init__(self, state: Any, tell: Callable[[Any], None], **options: float) -> None:
        self.state, self.tell, self.options = state, tell, options
        self.done: list[str] = []
        self.signal_name = "SIGTERM"
        self.stop_requested = False

    def start(self) -> None:
        self.done.append("start")

    def training_started(self) -> None:
        self.done.append("training started")

    def can_stop_safely(self) -> None:
        self.done.append("can stop safely")

    def stepped(self) -> None:
        pass

    def over(self) -> bool:
        self.done.append("over")
        return True

    def end(self, ending: Any) -> None:
        self.tell(ending)


class Train:
    """One `train`, of so many steps; `main` is what model_main_tf2 does."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trainer: FakeTrainer) -> None:
        self.trainer = trainer
        self.message_path = tmp_path / "message"
        self.model_dir = tmp_path / "model"
        self.leases: list[FakeLease] = []
        self.watches: list[FakeWatchdog] = []
        self.began: dict[str, object] = {}
        self.main: Callable[[], object] = self.train_loop
        self.gpus = 0
        self.flags = absl_flags.FlagValues()
        for flag in UPSTREAM:
            define = {bool: absl_flags.DEFINE_bool, int: absl_flags.DEFINE_integer, str: absl_flags.DEFINE_string}[flag.kind]
            define(flag.name, None, "", flag_values=self.flags)
        monkeypatch.setattr(absl_flags, "FLAGS", self.flags)
        trainer.tf.config.list_physical_devices = lambda kind: ["one"] * (self.gpus if kind == "GPU" else 9)
        modules = trainer.tf, SimpleNamespace(main=self._main, model_lib_v2=trainer.lib)
        monkeypatch.setattr(launch, "_import_trainer", lambda: modules)
        monkeypatch.setattr(launch, "Lease", self._lease)
        monkeypatch.setattr(launch, "Watchdog", self._watch)
        monkeypatch.setattr(hooks, "CallLength", partial(CallLength, clock=lambda: 0.0))

    def __call__(self, *arguments: str) -> int:
        return launch.main(
            [
                f"--pipeline_config_path={CONFIG}",
                f"--model_dir={self.model_dir}",
                f"--termination-message-path={self.message_path}",
                "--num_train_steps=6",
                *arguments,
            ]
        )

    def train_loop(self) -> None:
        """As model_main_tf2 does with its flags."""
        steps, every = self.flags.num_train_steps, self.flags.checkpoint_every_n or 1000
        self.trainer.lib.train_loop(train_steps=steps, model_dir=self.flags.model_dir, checkpoint_every_n=every)

    @property
    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.message_path.read_text())
        return found

    @property
    def lease(self) -> FakeLease:
        (lease,) = self.leases
        return lease

    @property
    def watch(self) -> FakeWatchdog:
        (watch,) = self.watches
        return watch

    def _main(self, argv: Sequence[str]) -> None:
        assert argv == []
        self.began = {"lease": list(self.lease.done), "watch": list(self.watch.done)}
        self.main()

    def _lease(self, *args: Any, **options: Any) -> FakeLease:
        self.leases.append(FakeLease(*args, **options))
        return self.lease

    def _watch(self, *args: Any, **options: Any) -> FakeWatchdog:
        self.watches.append(FakeWatchdog(*args, **options))
        return self.watch


@pytest.fixture
def trainer() -> FakeTrainer:
    return FakeTrainer()


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trainer: FakeTrainer) -> Train:
    return Train(tmp_path, monkeypatch, trainer)


def failing(error: BaseException) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


# What the trainer is given


def test_a_training_ends_with_0_and_its_last_checkpoint(train: Train):
    assert train() == ExitCode.DONE
    assert train.message == {
        "reason": reasons.COMPLETED,
        "message": f"Trained to step 6; the last checkpoint is {train.model_dir}/ckpt-2.",
        "hint": "",
        "step": 6,
        "lastCheckpoint": f"{train.model_dir}/ckpt-2",
        "lastCheckpointStep": 6,
        "traceback": "",
    }


def test_the_flags_of_model_main_tf2_are_passed_on(train: Train):
    train("--checkpoint_every_n=2", "--record_summaries=false", "--num_workers=3")
    assert {name: value for name, value in train.flags.flag_values_dict().items() if value is not None and name != "?"} == {
        "pipeline_config_path": str(CONFIG),
        "model_dir": str(train.model_dir),
        "num_train_steps": 6,
        "checkpoint_every_n": 2,
        "record_summaries": False,
        "num_workers": 3,
    }
    assert train.trainer.seen.saved == [0, 2, 4, 6]


def test_without_the_flag_a_checkpoint_is_due_every_1000_steps(train: Train):
    train("--num_train_steps=1001")
    assert train.trainer.seen.saved == [0, 1000, 1001]


def test_the_lease_is_held_and_settled_before_the_training_and_released_after_it(train: Train):
    train()
    assert train.lease.model_dir == str(train.model_dir)
    assert train.began == {"lease": ["hold", "settle"], "watch": ["start", "training started"]}
    assert train.lease.done == ["hold", "settle", "release"]


@pytest.mark.parametrize(
    "arguments",
    [["--num_workers=2"], ["--model_dir=gs://bucket/model"], ["--checkpoint_dir=m"]],
    ids=["workers that share it", "remote storage", "evaluation only"],
)
def test_no_lease_is_held_where_there_is_none(train: Train, arguments: list[str]):
    train.main = lambda: None
    train(*arguments)
    assert train.lease.done == ["settle", "release"]


def test_the_grace_period_and_the_stall_timeout_are_the_watchdogs(train: Train):
    train("--grace-period=7", "--stall-timeout=8")
    assert train.watch.options == {"grace_period": 7, "stall_timeout": 8}


def test_overrides_are_written_into_a_config_that_the_trainer_reads(train: Train):
    read = list[Any]()

    def look() -> None:
        read.append(read_pipeline_config(train.flags.pipeline_config_path).message)
        train.train_loop()

    train.main = look
    assert train("--set", "batchSize=3") == ExitCode.DONE
    assert read[0].train_config.batch_size == 3
    assert train.flags.pipeline_config_path != str(CONFIG)
    assert not Path(train.flags.pipeline_config_path).exists()
    assert CONFIG.read_text().count("batch_size: 3") == 0


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["--progress=json", "--log-interval=0"], [1, 2, 6]),
        (["--progress=json", "--log-interval=3600"], [1, 6]),
        (["--progress=human"], []),
    ],
    ids=["every call", "rarely", "for people"],
)
def test_the_options_of_progress_are_passed_on(
    train: Train, capsys: pytest.CaptureFixture[str], arguments: list[str], lines: list[int]
):
    train(*arguments)
    output = capsys.readouterr().out.splitlines()
    found = [progress for line in output if (progress := Progress.from_line(line))]
    assert [progress.step for progress in found] == lines
    assert ("step 6/6" in "\n".join(output)) == (not lines)


def test_images_per_second_are_counted_with_the_batch_size_of_the_config(train: Train, capsys: pytest.CaptureFixture[str]):
    train("--progress=json", "--log-interval=0", "--set", "batchSize=7")
    *_, last = filter(None, map(Progress.from_line, capsys.readouterr().out.splitlines()))
    assert last.steps_per_second
    assert last.images_per_second == pytest.approx(7 * last.steps_per_second, rel=1e-3)


# Resuming


def with_checkpoint(trainer: FakeTrainer, step: int | None) -> None:
    names = [("model/x", [1])] if step is None else [("model/x", [1]), (CHECKPOINT_STEP, [])]
    trainer.tf.train = SimpleNamespace(
        latest_checkpoint=lambda model_dir: f"{model_dir}/ckpt-5",
        list_variables=lambda prefix: names if prefix.endswith("/ckpt-5") else [],
        load_variable=lambda prefix, name: {(True, CHECKPOINT_STEP): step}[prefix.endswith("/ckpt-5"), name],
    )


@pytest.mark.parametrize("step", [4, None], ids=["with a step", "without"])
def test_an_early_end_names_the_checkpoint_that_it_would_have_resumed_from(train: Train, trainer: FakeTrainer, step: int | None):
    with_checkpoint(trainer, step)
    train.main = failing(RuntimeError("early"))
    assert train() == ExitCode.CRASH
    assert train.message["lastCheckpoint"] == f"{train.model_dir}/ckpt-5"
    assert train.message.get("lastCheckpointStep") == step


def test_without_a_checkpoint_an_early_end_names_none(train: Train):
    train.main = failing(RuntimeError("early"))
    train()
    assert "lastCheckpoint" not in train.message


# Stopped


def test_a_stopped_training_has_saved_a_checkpoint(train: Train):
    train.trainer.seen.after_call = lambda _: setattr(train.watch, "stop_requested", True)
    assert train() == ExitCode.STOPPED
    assert train.message["message"] == "Stopped by SIGTERM at step 1 of 6: a checkpoint is saved."
    assert train.message["hint"] == "The same command resumes at step 1."
    assert train.message["lastCheckpointStep"] == 1


def test_stopped_before_the_first_step_nothing_had_to_be_saved(train: Train):
    def stop() -> None:
        train.watch.stop_requested = True
        train.train_loop()

    train.main = stop
    assert train() == ExitCode.STOPPED
    assert train.message["message"] == "Stopped by SIGTERM at step 0 of 6: nothing had to be saved."


def test_a_stop_during_the_last_step_is_a_completed_training(train: Train):
    train.trainer.seen.after_call = lambda step: setattr(train.watch, "stop_requested", step == 6)
    assert train() == ExitCode.DONE
    assert train.message["reason"] == reasons.COMPLETED


# The lease is another's


def test_before_a_checkpoint_is_written_the_lease_is_looked_at(train: Train):
    train.trainer.seen.after_call = lambda step: setattr(train.lease, "holder", "pets-train-2" if step == 6 else None)
    assert train() == ExitCode.STORAGE
    assert train.trainer.seen.saved == [0]
    assert train.message["reason"] == reasons.MODEL_DIR_IN_USE
    assert train.message["message"].startswith(f"pets-train-2 has taken over {train.model_dir} at step 6: ")
    assert train.message["hint"]


def test_a_lease_that_is_lost_meanwhile_is_reported_and_released(train: Train):
    told = list[dict[str, Any]]()

    def lose() -> None:
        train.lease.on_lost("pets-train-2")
        told.append(train.message)

    train.main = lose
    train()
    assert told[0]["message"].startswith(f"pets-train-2 trains in {train.model_dir}: ")
    assert train.lease.done == ["hold", "settle", "release", "release"]


# Ends


def test_an_evaluation_trains_nothing(train: Train, capsys: pytest.CaptureFixture[str]):
    train.main = lambda: None
    assert train("--checkpoint_dir=m") == ExitCode.DONE
    assert train.message["message"] == "Evaluation ended: no new checkpoint appeared."
    assert train.message["reason"] == reasons.COMPLETED
    assert "evaluating checkpoints, not training" in capsys.readouterr().err
    assert train.began == {"lease": ["settle"], "watch": ["start", "training started"]}


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (RunTerminated(ExitCode.DATA, "SomeReason", "On purpose.", "A hint."), ExitCode.DATA, "SomeReason"),
        (OSError(28, "No space left on device"), ExitCode.STORAGE, "DiskFull"),
        (RuntimeError("nobody knows"), ExitCode.CRASH, reasons.UNCLASSIFIED),
    ],
    ids=["on purpose", "a known failure", "an unknown one"],
)
def test_how_it_failed_is_in_the_message_and_the_exit_code(train: Train, error: Exception, code: ExitCode, reason: str):
    train.main = failing(error)
    assert train() == code
    assert train.message["reason"] == reason
    assert train.lease.done[-1] == "release"
    assert train.watch.done[-1] == "over"


def test_what_is_ended_on_purpose_has_its_message_and_hint_and_no_traceback(train: Train):
    train.main = failing(RunTerminated(ExitCode.DATA, "SomeReason", "On purpose.", "A hint."))
    train()
    assert [train.message[name] for name in ("message", "hint", "traceback")] == ["On purpose.", "A hint.", ""]


def test_wrong_flags_are_reported_before_anything_begins(train: Train):
    assert train("--num_train_step=3") == ExitCode.USAGE
    assert train.message["reason"] == reasons.USAGE
    assert "did you mean --num_train_steps?" in train.message["message"]
    assert train.message["hint"] == "`detector-training train --help` shows all flags."
    assert train.leases == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--set", "batch=3"], "--set: "), (["--num_workers=2", "--set", "x=1"], "--set: ")],
)
def test_an_override_that_fits_no_field_is_a_wrong_flag(train: Train, arguments: list[str], words: str):
    assert train(*arguments) == ExitCode.USAGE
    assert train.message["message"].startswith(words)
    assert train.lease.done == ["release"]


def test_a_flag_that_model_main_tf2_refuses_is_a_wrong_flag(train: Train):
    del train.flags.num_train_steps
    assert train() == ExitCode.USAGE
    assert "num_train_steps" in train.message["message"]


@pytest.mark.parametrize(("text", "line"), [("model {\n  sdd {\n", " (line 2)."), (None, ".")], ids=["a line", "no file"])
def test_a_config_that_cannot_be_read_is_named_with_its_line(train: Train, tmp_path: Path, text: str | None, line: str):
    path = tmp_path / "broken.config"
    if text is not None:
        path.write_text(text)
    assert train(f"--pipeline_config_path={path}") == ExitCode.DATA
    assert train.message["reason"] == reasons.INVALID_CONFIG
    assert str(path) in train.message["message"]
    assert train.message["message"].endswith(line)
    assert ("(line" in train.message["message"]) == (text is not None)
    assert train.message["hint"]


@pytest.mark.parametrize(("required", "visible", "code"), [(0, 0, 0), (2, 2, 0), (2, 3, 0), (2, 1, 78), (1, 0, 78)])
def test_fewer_gpus_than_required_end_it(train: Train, required: int, visible: int, code: int):
    train.gpus = visible
    assert train(f"--require-gpus={required}") == code
    if code:
        assert train.message["reason"] == reasons.ENVIRONMENT_UNUSABLE
        assert (
            train.message["message"] == f"{required} GPU{'s' if required > 1 else ''} required, {visible} visible to TensorFlow."
        )


def test_an_environment_without_the_trainer_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compat, "install", failing(ImportError("No module named 'tensorflow'")))
    with pytest.raises(RunTerminated) as ended:
        launch._import_trainer()
    assert (ended.value.code, ended.value.reason) == (ExitCode.ENVIRONMENT, reasons.ENVIRONMENT_UNUSABLE)
    assert ended.value.message == "The trainer cannot be imported: No module named 'tensorflow'."
    assert "doctor" in ended.value.hint


def test_tensorflow_logs_only_errors(monkeypatch: pytest.MonkeyPatch):
    levels, installed = list[str](), list[bool]()
    tf, main = SimpleNamespace(get_logger=lambda: SimpleNamespace(setLevel=levels.append)), SimpleNamespace()
    monkeypatch.setattr(compat, "install", lambda: installed.append(True))
    monkeypatch.setitem(sys.modules, "tensorflow", tf)
    monkeypatch.setitem(sys.modules, "object_detection", SimpleNamespace(model_main_tf2=main))
    assert launch._import_trainer() == (tf, main)
    assert (levels, installed) == (["ERROR"], [True])

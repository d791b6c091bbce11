"""`detector-training train` with the real trainer: what model_main_tf2 lacks."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from detector_trainer.checkpoints.checkpoint import latest_checkpoint, read_checkpoint
from detector_trainer.contract import Progress
from detector_trainer.lease.lease import lease_file
from support.training import Training, tiny_config

pytestmark = pytest.mark.trainer


def saved_step(training: Training) -> int | None:
    latest = latest_checkpoint(str(training.model_dir))
    assert latest is not None
    return read_checkpoint(latest.prefix).step


class Story(NamedTuple):
    stopped: Training
    stopped_code: int
    stopped_step: int | None
    stopped_message: dict[str, Any]
    leased: tuple[bool, bool]
    """While it trained, and after its end."""
    resumed: Training
    resumed_code: int
    resumed_message: dict[str, Any]
    again: Training
    again_code: int


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One training, stopped on the way, resumed to its end, and started once more."""
    folder = tmp_path_factory.mktemp("story")
    config = tiny_config(folder)
    flags = ("--num_train_steps=143", "--checkpoint_every_n=60")
    stopped = Training(folder, config, *flags)
    stopped.until_step(2)
    held = lease_file(str(stopped.model_dir)).exists()
    stopped.process.send_signal(signal.SIGTERM)
    stopped_code = stopped.ended()
    stopped_step = saved_step(stopped)
    stopped_message = stopped.message
    leased = (held, lease_file(str(stopped.model_dir)).exists())
    resumed = Training(folder, config, *flags)
    resumed_code = resumed.ended()
    resumed_message = resumed.message
    again = Training(folder, config, *flags)
    again_code = again.ended()
    return Story(
        stopped, stopped_code, stopped_step, stopped_message, leased, resumed, resumed_code, resumed_message, again, again_code
    )


def test_sigterm_saves_a_checkpoint_and_exits_75(story: Story):
    assert story.stopped_code == 75
    message = story.stopped_message
    assert (message["reason"], message["step"]) == ("Stopped", story.stopped_step)
    assert message["lastCheckpointStep"] == story.stopped_step
    assert story.stopped_step == story.stopped.steps[-1]
    assert 2 <= story.stopped_step < 143


def test_model_dir_is_leased_while_it_trains(story: Story):
    assert story.leased == (True, False)


def test_the_same_command_resumes_at_that_step(story: Story):
    assert story.resumed.steps[0] == story.stopped_step + 1


def test_it_ends_exactly_at_the_last_step_which_is_saved(story: Story):
    assert story.resumed_code == 0
    assert story.resumed.steps[-1] == 143
    assert saved_step(story.resumed) == 143
    assert story.resumed_message["reason"] == "Completed"


def test_checkpoints_come_as_often_as_asked(story: Story):
    saved = {read_checkpoint(str(path)[: -len(".index")]).step for path in story.resumed.model_dir.glob("ckpt-*.index")}
    assert saved == {0, story.stopped_step, *range(story.stopped_step + 60, 143, 60), 143}


def test_a_started_training_that_is_done_says_so(story: Story):
    assert story.again_code == 0
    assert story.again.message["reason"] == "AlreadyComplete"
    assert "Nothing to do" in story.again.output
    assert story.again.steps == []


def test_progress_has_the_losses_the_rate_and_the_speed(story: Story):
    last = [progress for line in story.resumed.lines if (progress := Progress.from_line(line))][-1]
    assert last.total_steps == 143
    assert set(last.losses) == {"Loss/classification_loss", "Loss/localization_loss", "Loss/regularization_loss"}
    assert last.loss == pytest.approx(sum(last.losses.values()), rel=1e-3)
    assert last.learning_rate == pytest.approx(0.001)
    assert last.images_per_second == pytest.approx(2 * last.steps_per_second, rel=1e-3)
    assert last.last_checkpoint_step == 143


def test_a_loss_that_is_not_finite_ends_the_run_and_is_not_saved(tmp_path: Path):
    training = Training(tmp_path, tiny_config(tmp_path, learning_rate=1e30), "--num_train_steps=50", "--checkpoint_every_n=2")
    assert training.ended() == 65
    message = training.message
    assert message["reason"] == "NonFiniteLoss"
    assert f"since step {message['step'] + 1}" in message["message"]
    assert message["lastCheckpointStep"] <= message["step"]
    assert saved_step(training) == message["lastCheckpointStep"]


def test_a_signal_before_the_first_step_ends_at_once(tmp_path: Path):
    training = Training(tmp_path, tiny_config(tmp_path), "--num_train_steps=5")
    while not (training.model_dir / "train").exists():  # the model is built; the first step is far
        assert training.process.poll() is None
    training.process.send_signal(signal.SIGINT)
    assert training.ended() == 75
    assert training.message["reason"] == "Stopped"


def test_an_empty_record_file_does_not_wait_for_ever(tmp_path: Path):
    record = tmp_path / "empty.record"
    record.write_bytes(b"")
    training = Training(tmp_path, tiny_config(tmp_path, record=record), "--num_train_steps=5", "--stall-timeout=20")
    assert training.ended() == 65
    assert training.message["reason"] == "TrainingStalled"


def test_the_trainers_words_come_back_as_cause_and_fix(tmp_path: Path):
    record = tmp_path / "cut.record"
    record.write_bytes((Path(__file__).parents[2] / "examples/pets/pets_examples.record").read_bytes()[:-1000])
    training = Training(tmp_path, tiny_config(tmp_path, record=record), "--num_train_steps=50")
    assert training.ended() == 65
    message = training.message
    assert message["reason"] == "DataError"
    assert "A record file is truncated" in message["message"]
    assert "validate" in message["hint"]
    assert "DataLossError" in message["traceback"]


def test_a_training_whose_model_directory_another_has_taken_over_ends_and_saves_nothing_more(tmp_path: Path):
    training = Training(tmp_path, tiny_config(tmp_path), "--num_train_steps=100000", "--checkpoint_every_n=100000")
    training.until_step(2)
    other = tmp_path / "other"
    other.write_text('{"host": "pets-train-2", "time": 1}')
    other.replace(lease_file(str(training.model_dir)))
    assert training.ended() == 74
    message = training.message
    assert message["reason"] == "ModelDirInUse"
    assert message["message"].startswith(f"pets-train-2 has taken over {training.model_dir} at step ")
    assert saved_step(training) == 0
    assert "pets-train-2" in lease_file(str(training.model_dir)).read_text()

"""`validate --deep`: what only the trainer's own code can tell, in the words of a finding."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from detector_trainer.cli import main
from detector_trainer.deep import child, run
from detector_trainer.pipeline.load import read_pipeline_config
from support.training import tiny_config

pytestmark = pytest.mark.trainer


@pytest.fixture(autouse=True)
def _forget_the_model() -> Iterator[None]:
    """Keras keeps what every model left behind in one global graph."""
    yield
    if (tf := sys.modules.get("tensorflow")) is not None:
        tf.keras.backend.clear_session()


def changed(folder: Path, change: Callable[[Any], object]) -> Path:
    """The tiny config with a change."""
    path = tiny_config(folder)
    config = read_pipeline_config(str(path)).message
    change(config)
    path.write_text(text_format.MessageToString(config))
    return path


def deep(capsys: pytest.CaptureFixture[str], config: Path, *more: str) -> dict[str, Any]:
    """The report."""
    main(["validate", "--pipeline-config", str(config), "--num-steps", "2000", "--deep", "--format", "json", *more])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where TensorFlow is imported already: the same stages, sooner."""

    def run_process(command: list[str]) -> run.StageOutput:
        output = run.StageOutput()
        child.run_stages(command[len(run.COMMAND) :], output.lines.append)
        return output

    monkeypatch.setattr(run, "run_process", run_process)


def errors(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in report["findings"] if finding["severity"] == "error"]


def saved(config: Path, prefix: Path, *, resumable: bool) -> str:
    """A checkpoint of a config's untrained model; resumable ones are as train_loop saves them."""
    from detector_trainer import compat

    compat.install()
    import tensorflow as tf

    from detector_trainer.deep import stages

    trainer = stages.Trainer(str(config), steps=10, gpus=1, model_dir="")
    for stage in (stages.build_model, stages.read_batches, stages.compute_loss, stages.follow_learning_rate):
        stage(trainer, lambda _: None)
    trainer.step.assign(5)
    parts = {"step": trainer.step, "optimizer": trainer.optimizer} if resumable else {}
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=trainer.model, **parts), str(prefix), 1)
    return str(manager.save())


def fine_tuned(prefix: str, kind: str) -> Callable[[Any], None]:
    def change(config: Any) -> None:
        config.train_config.fine_tune_checkpoint = prefix
        config.train_config.fine_tune_checkpoint_type = kind
        config.train_config.fine_tune_checkpoint_version = 2

    return change


def of_num_classes(number: int) -> Callable[[Any], None]:
    def change(config: Any) -> None:
        config.model.ssd.num_classes = number

    return change


def with_depth(multiplier: float) -> Callable[[Any], None]:
    def change(config: Any) -> None:
        config.model.ssd.feature_extractor.depth_multiplier = multiplier

    return change


def test_what_trains_passes_and_its_loss_is_in_the_report(tmp_path, capsys):
    report = deep(capsys, tiny_config(tmp_path))
    assert (report["verdict"], errors(report)) == ("pass", [])
    assert 0 < report["stats"]["deep"]["losses"]["Loss/total_loss"] < 10


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("needs_autograph", [False, True])
def test_code_of_the_pipeline_that_only_runs_rewritten_by_autograph_is_judged_as_the_trainer_runs_it(
    needs_autograph, tmp_path, capsys, monkeypatch
):
    from detector_trainer import compat

    compat.install()
    import tensorflow as tf
    from object_detection import inputs

    original, calls = inputs.transform_input_data, []

    def branches(tensors: dict[str, Any], *arguments: Any, **more: Any) -> Any:
        calls.append(needs_autograph)
        if needs_autograph and tf.reduce_sum(tensors["image"]) < 0:  # a Python branch on a tensor
            tensors = {**tensors}
        return original(tensors, *arguments, **more)

    monkeypatch.setattr(inputs, "transform_input_data", branches)
    report = deep(capsys, tiny_config(tmp_path))
    assert (report["verdict"], errors(report)) == ("pass", [])
    assert len(calls) == (2 if needs_autograph else 1)


@pytest.mark.usefixtures("in_this_process")
def test_an_augmentation_that_does_not_run_is_rejected(tmp_path, capsys):
    option = "autoaugment_image { policy_name: 'v0' }"
    config = changed(tmp_path, lambda config: text_format.Merge(option, config.train_config.data_augmentation_options.add()))
    (error,) = errors(deep(capsys, config))  # catalogue 12
    assert error["code"] == "config/invalid-augmentation"
    assert "NameError" in error["message"]


@pytest.mark.usefixtures("in_this_process")
def test_a_model_that_only_its_builder_refuses_is_rejected_with_the_builders_words(tmp_path, capsys):
    def has_a_negative_scale(config: Any) -> None:
        config.model.ssd.box_coder.faster_rcnn_box_coder.y_scale = -1

    (error,) = errors(deep(capsys, changed(tmp_path, has_a_negative_scale)))  # catalogue 14
    assert error["code"] == "deep/failed"
    assert "build the model" in error["message"]


@pytest.mark.usefixtures("in_this_process")
def test_its_own_checkpoint_is_restored_and_one_with_other_classes_too_unless_in_full(tmp_path, capsys):
    prefix = saved(changed(tmp_path, of_num_classes(5)), tmp_path / "zoo", resumable=False)
    assert errors(deep(capsys, changed(tmp_path, fine_tuned(prefix, "detection")))) == []  # catalogue 45
    (error,) = errors(deep(capsys, changed(tmp_path, fine_tuned(prefix, "full"))))
    assert (error["code"], error["where"]["file"]) == ("checkpoint/shape-mismatch", prefix)
    assert 'fine_tune_checkpoint_type: "detection"' in error["hint"]


@pytest.mark.usefixtures("in_this_process")
def test_a_checkpoint_of_another_backbone_is_rejected_with_its_variables(tmp_path, capsys):
    prefix = saved(changed(tmp_path, with_depth(0.5)), tmp_path / "zoo", resumable=False)
    (error,) = errors(deep(capsys, changed(tmp_path, fine_tuned(prefix, "detection"))))  # catalogue 46
    assert error["code"] == "checkpoint/shape-mismatch"
    assert "_feature_extractor" in error["message"]


@pytest.mark.usefixtures("in_this_process")
def test_a_model_dir_of_another_model_is_rejected(tmp_path, capsys):
    saved(changed(tmp_path, with_depth(0.5)), tmp_path / "model", resumable=True)
    (error,) = errors(deep(capsys, tiny_config(tmp_path), "--model-dir", str(tmp_path / "model")))  # catalogue 51
    assert error["code"] == "checkpoint/shape-mismatch"
    assert "choose an empty model_dir" in error["hint"]


@pytest.mark.usefixtures("in_this_process")
def test_a_model_dir_of_the_same_model_is_resumed(tmp_path, capsys):
    saved(tiny_config(tmp_path), tmp_path / "model", resumable=True)
    report = deep(capsys, tiny_config(tmp_path), "--model-dir", str(tmp_path / "model"))
    assert [finding["code"] for finding in report["findings"]] == ["run/resumes-existing-checkpoint"]

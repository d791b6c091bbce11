"""What the runs are started with."""

from __future__ import annotations

import sys

import pytest

from detector_operator.local.commands import environment, trainer_commands
from detector_operator.local.run_layout import RunLayout
from detector_operator.reconcile.runs import RunKind
from support.trainings import training

HERE = RunLayout.of("m", None)


def command(kind, **spec):
    program, module, name, *arguments = trainer_commands(kind, 2, training(**spec).spec, HERE)
    assert (program, module, name) == (sys.executable, "-m", "detector_trainer.cli")
    return arguments


def test_a_validation_leaves_its_report_below_the_model_directory():
    arguments = command(RunKind.VALIDATION)
    assert arguments[0] == "validate"
    assert arguments[arguments.index("--output") + 1] == "m/validation/report-2.json"
    assert arguments[arguments.index("--html") + 1] == "m/validation/report-2.html"


def test_a_training_leaves_its_last_words_among_the_runs():
    arguments = command(RunKind.TRAINING)
    assert arguments[0] == "train"
    assert "--termination-message-path=m/.detector-training/runs/train-2.termination" in arguments


def test_an_inline_config_is_the_file_it_was_written_to():
    arguments = command(RunKind.TRAINING, pipelineConfig={"inline": "model { }"})
    assert "--pipeline_config_path=m/.detector-training/pipeline.config" in arguments


@pytest.mark.parametrize(
    ("gpus", "allowed", "visible"),
    [(0, None, "-1"), (0, "0,1", "-1"), (2, None, "0,1"), (1, "3,5", "3"), (4, "3,5", "3,5"), (1, "", "-1")],
)
def test_a_run_sees_no_more_gpus_than_the_spec_says(gpus, allowed, visible):
    inherited = {} if allowed is None else {"CUDA_VISIBLE_DEVICES": allowed}
    assert environment(training(trainer={"gpus": gpus}).spec, inherited)["CUDA_VISIBLE_DEVICES"] == visible


def test_a_run_has_the_variables_of_the_spec():
    spec = training(trainer={"env": [{"name": "A", "value": "1"}]}).spec
    assert environment(spec, {"A": "0", "B": "2"}).items() >= {("A", "1"), ("B", "2")}

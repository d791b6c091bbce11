"""The arguments that follow from a spec: on a cluster and on one machine the same."""

from __future__ import annotations

from detector_operator.builders import command_lines
from support.trainings import training

MESSAGE = "/dev/termination-log"


def spec(**given):
    return training(**given).spec


def test_validate():
    given = spec(
        pipelineConfig={
            "path": "p.config",
            "overrides": {
                "numClasses": 37,
                "trainInputPaths": ["a-?????-of-00002", "b"],
                "fineTuneCheckpointType": "detection",
            },
        },
        validation={"ignore": ["records/a", "config/b"]},
    )
    assert command_lines.validate(given, pipeline_config="p.config", report="m/report.json") == [
        *("validate", "--pipeline-config", "p.config", "--model-dir", "m", "--num-steps", "100"),
        *("--checkpoint-every-n", "1000", "--gpus", "1"),
        *("--format", "json", "--output", "m/report.json"),
        *(
            "--set",
            "numClasses=37",
            "--set",
            "fineTuneCheckpointType=detection",
            "--set",
            'trainInputPaths=["a-?????-of-00002", "b"]',
        ),
        *("--ignore", "records/a", "--ignore", "config/b"),
    ]


def test_without_a_place_for_it_the_report_goes_to_stdout():
    assert "--output" not in command_lines.validate(spec(), pipeline_config="p.config", report=None)


def test_preflight():
    given = spec(pipelineConfig={"path": "p.config", "overrides": {"batchSize": 8}}, trainer={"gpus": 2})
    assert command_lines.preflight(given, pipeline_config="p.config", fingerprint="1-a-b-c-d", termination_message=MESSAGE) == [
        "preflight",
        "--pipeline-config=p.config",
        "--model-dir=m",
        "--gpus=2",
        "--fingerprint=1-a-b-c-d",
        f"--termination-message-path={MESSAGE}",
        *("--set", "batchSize=8"),
    ]


def test_preflight_without_a_verdict_compares_nothing():
    arguments = command_lines.preflight(spec(), pipeline_config="p.config", fingerprint=None, termination_message=MESSAGE)
    assert not any(argument.startswith("--fingerprint") for argument in arguments)


def test_train():
    given = spec(
        pipelineConfig={"path": "p.config", "overrides": {"numClasses": 3}}, stallTimeoutSeconds=60, checkpointEverySteps=10
    )
    assert command_lines.train(given, pipeline_config="p.config", termination_message=MESSAGE) == [
        "train",
        "--pipeline_config_path=p.config",
        "--model_dir=m",
        "--num_train_steps=100",
        "--checkpoint_every_n=10",
        f"--termination-message-path={MESSAGE}",
        "--stall-timeout=60",
        "--grace-period=115",
        "--require-gpus=1",
        *("--set", "numClasses=3"),
    ]


def test_a_short_grace_period_still_leaves_the_trainer_a_second():
    given = spec(trainer={"terminationGracePeriodSeconds": 3})
    assert "--grace-period=1" in command_lines.train(given, pipeline_config="p.config", termination_message=MESSAGE)

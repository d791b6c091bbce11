"""A path with a comma is one path, from the spec to the config that is trained: in pods and on one machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from detector_operator.local.commands import PROGRAM, trainer_commands
from detector_operator.local.run_layout import RunLayout
from detector_operator.reconcile.runs import RunKind
from detector_trainer.cli import cmd_preflight, cmd_validate
from detector_trainer.command import flags as command_flags
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.pipeline.overrides import apply_overrides
from detector_trainer.training import flags
from support.manifests import container, training_job, validation_job
from support.official_configs import ROOT
from support.trainings import training

CONFIG = ROOT / "examples/pets/pipeline.config"
PATHS = ["/data/cats, dogs/train-*.record", '/data/$(HOME)/$$/"quoted".record', "/data/[ab]/ä\\b.record"]
SPEC = {"pipelineConfig": {"path": str(CONFIG), "overrides": {"trainInputPaths": PATHS, "evalInputPaths": PATHS[:1]}}}


def expanded(arguments: Sequence[str], environment: dict[str, str]) -> list[str]:
    """What the kubelet makes of the arguments of a container: $(NAME) is expanded, $$ stands for $."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else environment.get(match[1], match[0])

    return [re.sub(r"\$\$|\$\(([^)]*)\)", value, argument) for argument in arguments]


def in_pods(name: str) -> list[str]:
    job = validation_job if name in ("config", "validate") else training_job
    return expanded(container(job(**SPEC), name)["args"], {"HOME": "/root", "DETECTOR_TRAINING_CPU_LIMIT": "2"})


def on_one_machine(kind: RunKind) -> list[str]:
    return trainer_commands(kind, 1, training(**SPEC).spec, RunLayout.of("m", None))[len(PROGRAM) :]


def overrides_of(arguments: list[str]) -> dict[str, str]:
    """The overrides as the command itself parses them."""
    verb, *rest = arguments
    if verb == "train":
        return dict(flags.parse(rest).overrides)
    if verb == "preflight":
        return dict(cmd_preflight._pod(rest).inputs.overrides)
    return command_flags.overrides_of(cmd_validate._parser().parse_args(rest).set)


COMMANDS = {
    "the pod's config": lambda: in_pods("config"),
    "the pod's validate": lambda: in_pods("validate"),
    "the pod's preflight": lambda: in_pods("preflight"),
    "the pod's train": lambda: in_pods("train"),
    "validate on one machine": lambda: on_one_machine(RunKind.VALIDATION),
    "train on one machine": lambda: on_one_machine(RunKind.TRAINING),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_path_with_a_comma_is_one_path(command: Any):
    config = apply_overrides(read_pipeline_config(str(CONFIG)).message, overrides_of(command()))
    assert list(config.train_input_reader.tf_record_input_reader.input_path) == PATHS
    assert list(config.eval_input_reader[0].tf_record_input_reader.input_path) == PATHS[:1]


def test_records_in_a_directory_with_a_comma_are_found(tmp_path: Path):
    from detector_trainer.validation.inputs import Inputs

    record = tmp_path / "cats, dogs" / "pets.record"
    record.parent.mkdir()
    record.write_bytes((ROOT / "examples/pets/pets_examples.record").read_bytes())
    spec = {"pipelineConfig": {"path": str(CONFIG), "overrides": {"trainInputPaths": [str(record)]}}}
    arguments = trainer_commands(RunKind.VALIDATION, 1, training(**spec).spec, RunLayout.of("m", None))[len(PROGRAM) :]
    assert Inputs(str(CONFIG), overrides=overrides_of(arguments)).train.files == (str(record),)

"""A pod runs what one machine runs."""

from __future__ import annotations

import pytest

from detector_operator.local.commands import PROGRAM, trainer_commands
from detector_operator.local.workplace import Workplace
from detector_operator.reconcile.runs import RunKind
from detector_operator.specs import command_lines
from support.manifests import on_cluster

SPECS = {
    "least": {},
    "most": {
        "pipelineConfig": {"path": "p", "overrides": {"numClasses": 3, "evalInputPaths": ["a", "b"]}},
        "trainer": {"gpus": 0, "terminationGracePeriodSeconds": 3},
        "validation": {"ignore": ["records/a"]},
        "checkpointEverySteps": 7,
        "stallTimeoutSeconds": 9,
    },
}


@pytest.mark.parametrize("given", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("kind", RunKind)
def test_the_arguments_are_those_of_the_local_driver(kind, given):
    spec = on_cluster(**given).spec
    here = Workplace.of(spec.model_dir, None)
    path, words = spec.pipeline_config.path, str(here.termination_message(kind, 1))
    arguments = (
        command_lines.validate(spec, pipeline_config=path, report=str(here.report(1)))
        if kind is RunKind.VALIDATION
        else command_lines.train(spec, pipeline_config=path, termination_message=words)
    )
    assert [*PROGRAM, *arguments] == trainer_commands(kind, 1, spec, here)

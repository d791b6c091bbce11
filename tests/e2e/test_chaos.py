"""A short run of `make chaos`: whatever is killed meanwhile, every training ends as it would have undisturbed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chaos.plan import draw
from chaos.play import Stage, play
from chaos.report import story, table
from cluster.operators import Operator
from cluster.up import Cluster
from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
SEED = 13


def test_whatever_is_killed_every_training_ends_as_it_would_have(
    own_cluster: Cluster, operator: Operator, workspace: Workspace, tmp_path: Path
):
    stage = Stage(own_cluster, operator, workspace.kubectl, tmp_path, workspace.volume, workspace.fake_trainer)
    result = play(stage, draw(SEED, kills=12, trainings=6))
    operator.start()  # the last kill may have been its
    sys.stdout.write(f"{table(result)}\n")
    assert result.problems == [], story(result)
    assert len(result.kills.done) == 12

"""Each directory of examples/broken is rejected on the cluster, with the finding that its expected.json names, and without a GPU."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from cluster.images import ROOT
from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
BROKEN = ROOT / "examples/broken"
MISTAKES = sorted(path.parent.name for path in BROKEN.glob("*/expected.json"))


def training(workspace: Workspace, folder: str) -> dict[str, Any]:
    """The example's own spec, with its files on the volume."""
    own = yaml.safe_load((BROKEN / folder / "training.yaml").read_text())["spec"]
    manifest = workspace.training(folder, trainer={"gpus": 1})
    manifest["spec"]["pipelineConfig"] = {"path": f"/data/{own['pipelineConfig']['path']}"}
    manifest["spec"] |= {name: own[name] for name in ("numSteps", "checkpointEverySteps")}
    return manifest


def test_each_is_rejected_for_its_mistake(workspace: Workspace):
    """All in parallel: a validation is a pod's start, and a second."""
    for folder in MISTAKES:
        config = f"examples/broken/{folder}/pipeline.config"
        workspace.files.write(config, workspace.files.read(config).replace('"examples/', '"/data/examples/'))
        workspace.apply(training(workspace, folder))
    for folder in MISTAKES:
        status = workspace.wait_for_phase("Rejected", "Failed", "Training", name=folder, seconds=180)
        expected = json.loads((BROKEN / folder / "expected.json").read_text())
        assert status["phase"] == "Rejected", folder
        first = status["validation"]["findings"][0]
        where = first["where"]
        told = {"code": first["code"], **where} | ({"file": where["file"].removeprefix("/data/")} if "file" in where else {})
        assert told == expected, folder
        assert status["failure"]["hint"], folder
    pods = workspace.pods()
    assert len(pods) == len(MISTAKES)
    containers = [container for pod in pods for container in pod["spec"]["containers"] + pod["spec"].get("initContainers", [])]
    assert not any("nvidia.com/gpu" in container["resources"].get("limits", {}) for container in containers)

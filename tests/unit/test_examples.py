"""The examples and the official configs, through the command line: valid ones are accepted, broken ones rejected."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from detector_operator.api.load import load
from detector_trainer.cli import main
from support.official_configs import BUILDABLE, ROOT, wire_to_pets

BROKEN = ROOT / "examples" / "broken"
MISTAKES = sorted(path.parent.name for path in BROKEN.glob("*/expected.json"))


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples' paths are relative to the root of the repository."""
    monkeypatch.chdir(ROOT)


def verdict(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["validate", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def verdict_on_training(capsys: pytest.CaptureFixture[str], folder: str, model_dir: Path) -> tuple[int, dict[str, Any]]:
    spec = yaml.safe_load((ROOT / "examples" / folder / "training.yaml").read_text())["spec"]
    flags = {
        "--pipeline-config": spec["pipelineConfig"]["path"],
        "--model-dir": str(model_dir),  # the test's own: somebody may have trained the example here
        "--num-steps": str(spec["numSteps"]),
        "--checkpoint-every-n": str(spec["checkpointEverySteps"]),
    }
    return verdict(capsys, *(word for flag in flags.items() for word in flag))


@pytest.mark.parametrize("folder", ["pets", "shapes", "broken/sound"])
def test_an_example_is_accepted_without_errors_or_warnings(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = verdict_on_training(capsys, folder, tmp_path / "model")
    assert [finding for finding in report["findings"] if finding["severity"] != "info"] == []
    assert (code, report["verdict"]) == (0, "pass")


def test_the_example_for_a_cluster_is_a_sound_resource() -> None:
    assert load(ROOT / "examples" / "kubernetes" / "training.yaml").spec.trainer.gpus == 1


@pytest.mark.parametrize("folder", MISTAKES)
def test_a_broken_example_is_rejected_first_of_all_for_its_mistake(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = json.loads((BROKEN / folder / "expected.json").read_text())
    code, report = verdict_on_training(capsys, f"broken/{folder}", tmp_path / "model")
    assert (code, report["verdict"]) == (1, "reject")
    error = next(finding for finding in report["findings"] if finding["severity"] == "error")
    assert {"code": error["code"], **error["where"]} == expected
    assert error["hint"]


@pytest.mark.parametrize("official", BUILDABLE, ids=lambda path: path.stem)
def test_an_official_config_wired_to_the_pets_is_accepted(
    official: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = verdict(
        capsys, "--pipeline-config", str(wire_to_pets(official, tmp_path)), "--model-dir", str(tmp_path / "model")
    )
    assert [finding for finding in report["findings"] if finding["severity"] == "error"] == []
    assert (code, report["verdict"]) == (0, "pass")


def test_the_broken_folders_are_what_their_script_makes_of_the_sound_one(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(BROKEN / "make.py"), "--out", str(tmp_path)], check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    committed = {
        path.relative_to(BROKEN): path.read_bytes()
        for folder in MISTAKES
        for path in (BROKEN / folder).iterdir()
        if path.is_file()
    }
    assert made == committed


def test_the_readme_lists_every_broken_folder_with_its_code() -> None:
    listed = dict(re.findall(r"^\| `([\w-]+)` \|.*\| `([\w/-]+)` \|$", (BROKEN / "README.md").read_text(), re.MULTILINE))
    assert listed == {folder: json.loads((BROKEN / folder / "expected.json").read_text())["code"] for folder in MISTAKES}


@pytest.mark.slow
def test_the_shapes_are_what_their_script_generates(tmp_path: Path) -> None:
    shapes = ROOT / "examples" / "shapes"
    subprocess.run([sys.executable, str(shapes / "generate.py"), "--out", str(tmp_path)], check=True, capture_output=True)
    assert (tmp_path / "label_map.pbtxt").read_text() == (shapes / "label_map.pbtxt").read_text()
    for record in ("shapes_train.record", "shapes_eval.record"):
        assert _annotations(tmp_path / record) == _annotations(shapes / record)


def _annotations(record: Path) -> list[dict[str, Any]]:
    """All but the pixels: another version of the JPEG library writes other bytes."""
    import tfrecord  # examples/tfrecord.py, on the path thanks to support.official_configs

    examples = (tfrecord.Example.FromString(payload) for payload in tfrecord.read(record))
    return [
        {name: str(feature) for name, feature in example.features.feature.items() if name != "image/encoded"}
        for example in examples
    ]

"""Every file of the repository has a holder of its rights and a licence, and what is from others is named as theirs."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

ROOT = Path(__file__).parents[3]
DESCRIPTORS = "trainer_image/detector_trainer/data/descriptors.binpb"
PETS = "examples/pets/pets_examples.record"
OTHERS = ("The TensorFlow Authors", "2008 Google Inc.")


@pytest.fixture(scope="module")
def lint() -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "reuse", "lint", "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def files(lint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["path"]: each for each in lint["files"]}


def licences(file: dict[str, Any]) -> set[str]:
    return {each["value"] for each in file["spdx_expressions"]}


def holders(file: dict[str, Any]) -> str:
    return "\n".join(each["value"].removeprefix("SPDX-FileCopyrightText: ") for each in file["copyrights"])


def tracked() -> list[str]:
    return subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")[:-1]


def test_the_repository_meets_the_reuse_specification(lint: dict[str, Any]):
    assert {name: found for name, found in lint["non_compliant"].items() if found} == {}
    assert lint["summary"]["compliant"] is True


def test_every_tracked_file_has_a_holder_and_a_licence(files: dict[str, Any]):
    """But the texts of licences, which are their own, and empty files."""
    texts = {path for path in tracked() if path.startswith("LICENSES/")} | {"LICENSE", "REUSE.toml"}
    empty = {path for path in tracked() if (ROOT / path).is_file() and not (ROOT / path).stat().st_size}
    assert set(tracked()) - texts - empty - set(files) == set()
    assert [path for path, file in files.items() if not licences(file) or not holders(file)] == []


def test_the_message_types_are_their_authors(files: dict[str, Any]):
    contents = descriptor_pb2.FileDescriptorSet.FromString((ROOT / DESCRIPTORS).read_bytes())
    assert {file.name.split("/")[0] for file in contents.file} == {"object_detection", "tensorflow", "google"}
    assert {file.name for file in contents.file if file.name.startswith("google/")} == {"google/protobuf/wrappers.proto"}
    assert licences(files[DESCRIPTORS]) == {"Apache-2.0 AND BSD-3-Clause"}
    assert all(holder in holders(files[DESCRIPTORS]) for holder in OTHERS)


def test_what_is_generated_from_the_message_types_is_their_authors_too(files: dict[str, Any]):
    generated = [path for path in files if path.startswith("trainer_image/detector_trainer/protos/") and path.endswith(".pyi")]
    assert generated
    assert {holders(files[path]) for path in generated} == {"The TensorFlow Authors"}


def test_every_record_with_a_photograph_is_under_the_datasets_licence(files: dict[str, Any]):
    """The pictures of examples/shapes are drawn by the project, and an empty file has no photograph."""
    records = [path for path in files if path.endswith(".record") and not path.startswith("examples/shapes/")]
    assert PETS in records
    for path in records:
        assert licences(files[path]) == {"Apache-2.0 AND CC-BY-SA-4.0"}
        assert "Oxford-IIIT Pet Dataset" in holders(files[path])


def test_the_record_with_the_photographs_is_the_one_whose_origin_is_told():
    assert hashlib.sha256((ROOT / PETS).read_bytes()).hexdigest() in (ROOT / "examples/pets/README.md").read_text()


@pytest.mark.parametrize(
    "path", ["README.md", "operator/Containerfile", "examples/shapes/shapes_train.record", "tests/conftest.py"]
)
def test_what_is_the_projects_own_is_apache(files: dict[str, Any], path: str):
    assert licences(files[path]) == {"Apache-2.0"}
    assert "The authors of detector-training" in holders(files[path])


def test_the_notice_names_everything_that_is_from_others():
    notice = (ROOT / "NOTICE").read_text()
    for annotation in tomllib.loads((ROOT / "REUSE.toml").read_text())["annotations"]:
        holders = annotation["SPDX-FileCopyrightText"]
        for holder in [holders] if isinstance(holders, str) else holders:
            assert holder.partition(":")[0] in notice
    assert re.sub(r"\s+", " ", notice).count("Redistribution and use in source and binary forms") == 1


def test_the_paths_that_notice_and_reuse_name_exist():
    annotations = tomllib.loads((ROOT / "REUSE.toml").read_text())["annotations"]
    named = [path for each in annotations for path in ([each["path"]] if isinstance(each["path"], str) else each["path"])]
    named += re.findall(r"\b(?:trainer_image|tests|examples)/[\w./*-]*[\w*]", (ROOT / "NOTICE").read_text())
    assert [path for path in named if not list(ROOT.glob(path))] == []


def test_a_licence_text_is_that_of_its_name():
    assert (ROOT / "LICENSES/Apache-2.0.txt").read_text() == (ROOT / "LICENSE").read_text()
    assert "Attribution-ShareAlike 4.0 International" in (ROOT / "LICENSES/CC-BY-SA-4.0.txt").read_text()


def test_the_wheel_brings_licence_and_notice(tmp_path: Path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        assert {name.rpartition("/")[2] for name in names if ".dist-info/licenses/" in name} == {"LICENSE", "NOTICE"}
        assert [name for name in names if name.endswith(".record") or name.startswith("examples")] == []

"""What SECURITY.md and the documents of the supply chain say is so."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from detector_trainer import __version__
from supply_chain import sbom

ROOT = Path(__file__).parents[3]
SECURITY = (ROOT / "SECURITY.md").read_text()
REQUIREMENTS = (ROOT / "requirements/README.md").read_text()
DOCUMENTS = ["SECURITY.md", "NOTICE", "CONTRIBUTING.md", "requirements/README.md"]


def commands(text: str) -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


# SECURITY.md


def test_this_version_gets_fixes():
    rows = dict(re.findall(r"^\| (\S+) \| (yes|no) \|$", SECURITY, re.MULTILINE))
    assert rows == {__version__.rpartition(".")[0] + ".x": "yes", "older": "no"}


def test_the_contact_works_for_a_fork_too():
    """It names no address and no host, only what the place where the repository is hosted offers."""
    assert re.findall(r"\w+@[\w.]+|https?://\S+", SECURITY) == []
    assert "**Report a vulnerability**" in SECURITY


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str):
    text = (ROOT / document).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_make_target_that_a_document_names_exists(document: str):
    named = set(re.findall(r"`make ([a-z0-9-]+)", (ROOT / document).read_text()))
    assert named - set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) == set()


# requirements/README.md


def test_each_lock_is_in_the_table():
    rows = re.findall(r"^\| ([a-z, -]+) \|", REQUIREMENTS, re.MULTILINE)
    named = {name for row in rows for name in row.split(", ")} - {"file"}
    assert named == {path.stem for path in (ROOT / "requirements").glob("*.txt")} - {"base-image"}


def test_each_lock_is_solved_by_make_lock():
    script = (ROOT / "requirements/lock.sh").read_text()
    solved = set(re.findall(r"^compile ([\w-]+)", script, re.MULTILINE))
    solved |= set(re.findall(r"for name in ([\w -]+);", script)[0].split())
    assert solved == {path.stem for path in (ROOT / "requirements").glob("*.txt")} - {"base-image"}


def test_the_documents_of_make_sbom_are_those_that_are_listed():
    listed = re.search(r"`dist/sbom/LOCK\.cdx\.json` \(CycloneDX\) for (.*?):", REQUIREMENTS, re.DOTALL)
    assert listed
    assert tuple(re.split(r", | and ", listed[1])) == sbom.LOCKS


def test_the_command_for_an_image_writes_its_document(tmp_path: Path):
    _, command = commands(REQUIREMENTS)
    with tarfile.open(tmp_path / "trainer.tar", "w"):
        pass
    setting, program, *words = shlex.split(command)
    assert (setting, program) == ("PYTHONPATH=tools", ".venv/bin/python")
    environment = {"PYTHONPATH": f"{ROOT / 'tools'}:{':'.join(sys.path)}"}
    subprocess.run([sys.executable, *words], cwd=tmp_path, check=True, env=environment, capture_output=True)
    subject = json.loads((tmp_path / "trainer.cdx.json").read_text())["metadata"]["component"]
    assert (subject["name"], subject["version"]) == ("REGISTRY/detector-trainer", "0.1.0")


@pytest.mark.parametrize("containerfile", ["operator/Containerfile", "trainer_image/Containerfile"])
def test_the_documented_builds_pass_the_digest(containerfile: str):
    """In docs/kubernetes.md, and at the top of the Containerfile itself."""
    given = '--build-arg BASE="$(cat requirements/base-image.txt)"'
    documented = (ROOT / "docs/kubernetes.md").read_text().replace("\\\n ", "")
    assert re.search(rf"^buildah bud --layers {re.escape(given)} +-f {containerfile} ", documented, re.MULTILINE)
    assert f"#   buildah bud --layers {given} -f {containerfile} " in (ROOT / containerfile).read_text()

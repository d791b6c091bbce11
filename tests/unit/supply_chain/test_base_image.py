"""Images are built on a base that is named by its digest: a tag can be moved to other content."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from supply_chain import base_image

ROOT = Path(__file__).parents[3]
CONTAINERFILES = ["operator/Containerfile", "trainer_image/Containerfile", "tools/cluster/fake_trainer/Containerfile"]
DIGEST = "sha256:" + "0123456789abcdef" * 4
INDEX = json.dumps({"schemaVersion": 2, "manifests": [{"digest": DIGEST}]}).encode()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "base-image.in").write_text("# a comment\nregistry.example/library/python:3.11-slim\n")
    return tmp_path


@pytest.fixture
def skopeo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a skopeo on the path that answers as the test defines, and notes its arguments."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def answers(manifest: bytes = b"", *, error: str = "", code: int = 0) -> Path:
        program = tmp_path / "bin" / "skopeo"
        program.parent.mkdir()
        noted = tmp_path / "arguments"
        program.write_text(
            f"#!{sys.executable}\nimport sys, pathlib\npathlib.Path({str(noted)!r}).write_text(' '.join(sys.argv[1:]))\n"
            f"sys.stdout.buffer.write({manifest!r})\nsys.stderr.write({error!r})\nsys.exit({code})\n"
        )
        program.chmod(0o755)
        return noted

    return answers


def check_of(containerfile: str) -> str:
    """The shell command by which a Containerfile refuses a base that is not pinned."""
    text = (ROOT / containerfile).read_text()
    found = re.search(r"^RUN (echo \"\$\{BASE\}\".*?[^\\])\n", text, re.MULTILINE | re.DOTALL)
    assert found, f"{containerfile} accepts any base"
    return found[1].replace("\\\n", "")


# Containerfiles


@pytest.mark.parametrize("containerfile", CONTAINERFILES)
def test_a_containerfile_has_no_base_but_the_one_it_is_given(containerfile: str):
    text = (ROOT / containerfile).read_text()
    stages = set(re.findall(r"^FROM .* AS (\S+)", text, re.MULTILINE))
    origins = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert {origin for origin in origins if origin not in stages and not origin.startswith("runtime-")} == {"${BASE}"}
    assert set(re.findall(r"^ARG BASE.*", text, re.MULTILINE)) == {"ARG BASE"}


@pytest.mark.parametrize("containerfile", CONTAINERFILES)
@pytest.mark.parametrize(
    ("base", "accepted"),
    [
        (f"registry.example/library/python@{DIGEST}", True),
        (f"registry.example:5000/python:3.11-slim@{DIGEST}", True),
        ("localhost/python-base:3.11", True),
        ("registry.example/library/python:3.11-slim", False),
        ("python", False),
        (f"registry.example/library/python@{DIGEST[:-1]}", False),
        ("registry.example/localhost/python:3.11", False),
    ],
)
def test_a_build_accepts_a_base_with_a_digest_or_from_this_machine_only(containerfile: str, base: str, accepted: bool):
    ended = subprocess.run(["sh", "-c", check_of(containerfile)], env={"BASE": base}, capture_output=True, text=True, check=False)
    assert (ended.returncode == 0) is accepted
    assert accepted or f"BASE={base} has no digest" in ended.stderr


def test_what_is_committed_is_a_digest_of_the_image_that_is_asked_for():
    """There is none until `make base-image` has run where the registry can be reached; then a build cannot take another."""
    pinned = ROOT / "requirements" / "base-image.txt"
    name = base_image.tagged(ROOT / "requirements" / "base-image.in").rpartition(":")[0]
    if pinned.exists():
        line = pinned.read_text()
        assert base_image.PINNED.fullmatch(line.removesuffix("\n"))
        assert line.startswith(f"{name}@sha256:")


# make base-image


def test_the_digest_is_that_of_the_manifest_which_the_registry_serves(directory: Path, skopeo, capsys):
    arguments = skopeo(INDEX)
    assert base_image.main(directory) == 0
    pinned = f"registry.example/library/python@sha256:{hashlib.sha256(INDEX).hexdigest()}\n"
    assert (directory / "base-image.txt").read_text() == capsys.readouterr().out == pinned
    assert arguments.read_text() == "inspect --raw --retry-times=3 docker://registry.example/library/python:3.11-slim"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            {"error": "time=… level=warning msg=…\nFATA[0001] dial tcp: no such host\n", "code": 1},
            "registry.example/library/python:3.11-slim cannot be read from its registry: FATA[0001] dial tcp: no such host",
        ),
        ({"code": 1}, "cannot be read from its registry: skopeo failed"),
        ({"manifest": b"<html>log in</html>"}, "serves something other than an image manifest: b'<html>log in</html>'"),
        ({"manifest": b"[]"}, "serves something other than an image manifest"),
    ],
    ids=["unreachable", "no reason given", "a page", "another JSON"],
)
def test_what_cannot_be_resolved_leaves_the_former_digest(directory: Path, skopeo, capsys, answer, message):
    (directory / "base-image.txt").write_text("former\n")
    skopeo(**answer)
    assert base_image.main(directory) == 1
    assert message in capsys.readouterr().err
    assert (directory / "base-image.txt").read_text() == "former\n"


def test_a_registry_that_does_not_answer_is_given_up(directory: Path, skopeo, capsys, monkeypatch: pytest.MonkeyPatch):
    skopeo(INDEX)

    def hangs(command: list[str], timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hangs)
    assert base_image.main(directory) == 1
    assert "did not answer within 120 s" in capsys.readouterr().err


def test_without_skopeo_it_says_how_to_get_it(directory: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(directory))
    assert base_image.main(directory) == 1
    assert capsys.readouterr().err == "base-image: skopeo is not installed; on Debian or Ubuntu: apt install skopeo.\n"


@pytest.mark.parametrize("text", ["", "a:1\nb:2\n", f"python@{DIGEST}\n"])
def test_what_names_no_tag_cannot_be_resolved(directory: Path, capsys, text: str):
    (directory / "base-image.in").write_text(text)
    assert base_image.main(directory) == 1
    assert "has to name one image by its tag" in capsys.readouterr().err

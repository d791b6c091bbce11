"""The operator's image has what the operator needs, and no package that parses records or pictures."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PARSERS = {"google-crc32c", "numpy", "pillow", "protobuf", "simplejpeg"}
ONLY_WHAT_IS_LOCKED = """
import pathlib, re, sys
from importlib.metadata import PackageNotFoundError, files

locked = [line.partition("==")[0] for line in open("requirements/operator.txt") if re.match(r"\\w.*==", line)]
importable = {"detector_operator", "detector_trainer"}
for name in locked:
    try:
        importable |= {path.parts[0].partition(".")[0] for path in files(name) or ()}
    except PackageNotFoundError:  # it is locked for other versions of Python
        pass
places = [pathlib.Path(place) for place in sys.path if place.endswith("-packages")]
left_out = {path.name.partition(".")[0] for place in places for path in place.iterdir()} - importable

class LeftOut:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in left_out:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, LeftOut())
"""
"""Makes importable what an environment with requirements/operator.txt has, and nothing else of what is installed here."""


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", line)[0].lower() for line in requirements}


def locked(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    return names([line for line in lines if re.match(r"\w.*==", line)])


def extras() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def in_the_operators_image(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ONLY_WHAT_IS_LOCKED + script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_operator_locks_no_package_that_parses_records_or_pictures():
    assert locked("operator") & PARSERS == set()


def test_the_wheel_requires_no_package_that_parses_records_or_pictures():
    assert names(extras()[""]) & PARSERS == set()
    assert names(extras()["operator"]) & PARSERS == set()


@pytest.mark.parametrize(("lock", "extra"), [("operator", "operator"), ("base", "validate")])
def test_what_is_locked_is_what_the_wheel_declares(lock: str, extra: str):
    given = (ROOT / "requirements" / f"{lock}.in").read_text().splitlines()
    assert names([line for line in given if line and not line.startswith("#")]) == names(extras()[""] + extras()[extra])


@pytest.mark.parametrize("verb", ["operator", "crd", "diagnose"])
def test_a_verb_of_the_operators_image_starts_with_what_is_locked(verb: str):
    ended = in_the_operators_image(f"from detector_trainer.cli import main; sys.exit(main([{verb!r}, '--help']))")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"detector-training {verb}" in ended.stdout


def test_every_module_of_the_operator_imports_with_what_is_locked():
    """But `run`, which trains on this machine: its verb, and what only it uses."""
    script = (
        "import importlib, pkgutil, detector_operator\n"
        "for found in pkgutil.walk_packages(detector_operator.__path__, 'detector_operator.'):\n"
        "    if not found.name.startswith('detector_operator.local') and not found.name.endswith('cmd_run'):\n"
        "        importlib.import_module(found.name); print(found.name)\n"
    )
    ended = in_the_operators_image(script)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "detector_operator.controller.reconciler" in ended.stdout.splitlines()


@pytest.mark.parametrize("verb", ["run", "validate", "preflight", "explain"])
def test_a_verb_whose_packages_are_left_out_names_one_and_where_to_get_it(verb: str):
    ended = in_the_operators_image(f"from detector_trainer.cli import main; sys.exit(main([{verb!r}, '--help']))")
    assert ended.returncode == 2
    assert re.fullmatch(
        rf"detector-training {verb}: the Python module [\w.]+ is not installed\. Install requirements/base\.txt, or run this verb "
        r"in the trainer image\.\n",
        ended.stderr,
    )


def test_a_module_of_our_own_that_is_missing_is_a_bug_and_not_an_installation():
    script = (
        "from detector_trainer import cli; cli.VERBS = (('gone', 'detector_trainer.cli.cmd_gone', ''),)\n"
        "sys.exit(cli.main(['gone']))"
    )
    assert "No module named 'detector_trainer.cli.cmd_gone'" in in_the_operators_image(script).stderr

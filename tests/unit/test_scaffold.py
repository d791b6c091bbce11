"""`make new` creates what CONTRIBUTING.md describes: at most three files, which lint, compile and import without a change."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

import pytest

from scaffold.create import NotCreated, create, values_of
from scaffold.kinds import CHAIN, KINDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files of the repository into which lines are inserted."""
    for kind in KINDS.values():
        for line in kind.lines:
            path = Template(line.path).safe_substitute(values_of(kind, kind.example))
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize("name", KINDS)
def test_it_touches_at_most_three_files_and_one_is_a_test(root: Path, name: str):
    changed, then = create(root, name, KINDS[name].example)
    assert len(changed) <= 3
    assert any(path.startswith("tests/") for path in changed)
    assert all("$" not in step for step in then)


@pytest.mark.parametrize("name", KINDS)
def test_its_files_are_as_ruff_wants_them(root: Path, name: str):
    changed, _ = create(root, name, KINDS[name].example)
    config = f"--config={ROOT / 'pyproject.toml'}"
    # Which modules are ours depends on the directory, and so does the order of imports.
    for command in (["check", "--ignore=I001"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", config, *changed],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", KINDS)
def test_its_new_modules_import_what_exists(root: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    changed, _ = create(root, name, KINDS[name].example)
    for path in changed:
        compile((root / path).read_text(), path, "exec")
        if not (ROOT / path).exists():
            spec = importlib.util.spec_from_file_location("created", root / path)
            assert spec
            assert spec.loader
            module = importlib.util.module_from_spec(spec)
            monkeypatch.setitem(sys.modules, "created", module)
            spec.loader.exec_module(module)


@pytest.mark.parametrize("name", KINDS)
def test_the_same_name_is_not_created_twice(root: Path, name: str):
    create(root, name, KINDS[name].example)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(NotCreated, match=r"exists|has it already"):
        create(root, name, KINDS[name].example)
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", KINDS)
def test_a_name_of_another_form_is_refused_with_an_example(root: Path, name: str):
    with pytest.raises(NotCreated, match=f"NAME={KINDS[name].example}"):
        create(root, name, "No name at all")


def test_an_unknown_kind_is_refused_with_those_that_exist(root: Path):
    with pytest.raises(NotCreated, match="unknown kind 'check'; KIND is one of record-check, "):
        create(root, "check", "records/foo")


def test_a_place_that_no_longer_exists_is_named_and_nothing_is_changed(root: Path):
    chain = root / CHAIN
    chain.write_text("CHAIN = {}\n")
    with pytest.raises(NotCreated, match=r"chain\.py has no line like .*: adapt tools/scaffold/kinds\.py"):
        create(root, "record-check", "records/foo")
    assert not list(root.rglob("foo.py"))


def test_contributing_has_a_recipe_for_each_kind_with_the_same_example():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        assert f"make new KIND={name} NAME={kind.example}\n" in text

"""What CONTRIBUTING.md calls for is complete: each policy and verb has its test and is in its table. What is missing is named.

Checks: validation/checks/test_every_check_has_its_test.py and test_docs.py. Failures: failures/. Fields: test_every_field.py.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from detector_operator.policies.chain import POLICIES
from detector_trainer.cli import VERBS
from vocabulary.files import prose_files

ROOT = Path(__file__).parents[2]
TESTS: dict[str, list[Path]] = {}
for _path in sorted((ROOT / "tests").rglob("test_*.py")):
    TESTS.setdefault(_path.stem, []).append(_path)

# Policies


def defines(path: Path, function: str) -> bool:
    code = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in code.body)


MODULES = {path.stem: path for path in sorted((ROOT / "operator/detector_operator/policies").glob("*.py"))}


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if defines(path, "policy")])
def test_each_policy_is_in_the_list_and_has_a_test_of_its_name(module: str):
    assert f"detector_operator.policies.{module}" in {policy.__module__ for policy in POLICIES.chain}, (
        f"policies/{module}.py is not in POLICIES (policies/chain.py): it never decides"
    )
    assert f"test_{module}" in TESTS, f"write tests/unit/operator/policies/test_{module}.py"


# Verbs


COMMANDS = sorted(path for top in ("operator", "trainer_image") for path in (ROOT / top).rglob("cli/cmd_*.py"))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_each_command_is_a_verb_and_has_a_test_of_its_name(path: Path):
    verb, module = path.stem.removeprefix("cmd_"), f"{path.parent.parent.name}.cli.{path.stem}"
    assert (verb, module) in {(name, where) for name, where, _ in VERBS}, f"{path.name} is not in VERBS (cli/__init__.py)"
    assert {f"test_{verb}", f"test_{path.stem}"} & TESTS.keys(), f"write tests/unit/cli/test_{verb}.py"


# Everything


def test_nothing_is_left_to_do():
    todo = "TO" + "DO"
    files = prose_files(ROOT, ("operator", "trainer_image", "tests"))
    assert [str(path.relative_to(ROOT)) for path in files if todo in path.read_text(encoding="utf-8")] == []

"""A mutant is tried on the tests that may notice it, in a copy of the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mutants.coverage import CoveringTest, key
from mutants.mutants import Mutant, sampled
from mutants.packages import PACKAGES, Package
from mutants.run import AT_ONCE, Fate, rounds

ROOT = Path(__file__).parents[3]
PATH = "operator/shop/price.py"
CODE = """
def price(pieces):
    return pieces * 2

def unused(pieces):
    return pieces + 1

def endless(pieces):
    while pieces > 0:
        pieces -= 1
"""
TESTS = """
from shop.price import endless, price

def test_price():
    assert price(3) == 6

def test_endless():
    endless(1)

def test_broken():
    assert price(3) == 7
"""
HYPOTHESIS = 'from hypothesis import settings\nsettings.register_profile("mutants")\n'


SHOP = Package(("operator/shop",), ("tests/unit",), 0.9)
MUTANTS = {
    "noticed by a test": ("price", CODE.replace("pieces * 2", "pieces * 3"), Fate.KILLED),
    "the same for every test": ("price", CODE.replace("pieces * 2", "pieces + pieces"), Fate.SURVIVED),
    "never entered": ("unused", CODE.replace("pieces + 1", "pieces - 1"), Fate.SURVIVED),
    "not importable": ("", "raise SystemError", Fate.KILLED),
    "endless": ("endless", CODE.replace("pieces -= 1", "pass"), Fate.TIMED_OUT),
}
PROGRAM = """
import json, sys
from pathlib import Path
from mutants import run
from mutants.coverage import measured
from mutants.mutants import Mutant
from mutants.tree import Tree

root, scratch, mutants = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
tree = Tree(root, scratch / "copy")
tree.use()
coverage = measured(root, tree.path, ["tests/unit"], scratch / "cache", seconds=60)
run.SECONDS = 5
fates = {}
for name, (scope, source, _) in mutants.items():
    fates[name] = run.tried(Mutant("PATH", 1, scope, name, source), tree, coverage, scratch / "log").fate
entered = {test.id: sorted(test.entered) for test in coverage.tests}
print(json.dumps({"fates": fates, "entered": entered, "failed": coverage.failed, "code": (tree.path / "PATH").read_text()}))
""".replace("PATH", PATH)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    for name, text in {PATH: CODE, "tests/unit/test_price.py": TESTS, "tests/conftest.py": HYPOTHESIS}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


@pytest.fixture(scope="module")
def seen(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of MUTANTS, and what was measured before; in a process of its own, because it forks."""
    command = [sys.executable, "-c", PROGRAM, str(repository), str(tmp_path_factory.mktemp("scratch")), json.dumps(MUTANTS)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_is_known_which_test_enters_what(seen: dict[str, Any]):
    assert seen["entered"] == {
        "tests/unit/test_price.py::test_price": [f"{PATH}::price"],
        "tests/unit/test_price.py::test_endless": [f"{PATH}::endless"],
    }


def test_a_test_that_fails_without_a_mutant_is_left_out(seen: dict[str, Any]):
    assert seen["failed"] == ["tests/unit/test_price.py::test_broken"]


@pytest.mark.parametrize("name", MUTANTS)
def test_the_fate_of_a_mutant(seen: dict[str, Any], name: str):
    assert seen["fates"][name] == MUTANTS[name][-1]


def test_the_copy_is_as_it_was_after_a_mutant(seen: dict[str, Any], repository: Path):
    assert seen["code"] == (repository / PATH).read_text() == CODE


@pytest.mark.parametrize(("file", "again"), [("operator/shop/price.py", True), ("README.md", False)])
def test_it_is_measured_again_when_code_or_tests_have_changed(repository: Path, file: str, again: bool):
    before = key(repository, ["tests/unit"])
    changed = repository / file
    text = changed.read_text() if changed.exists() else ""
    changed.write_text(text + "# changed")
    assert (key(repository, ["tests/unit"]) != before) is again
    changed.write_text(text)


def mutant(scope: str) -> Mutant:
    return Mutant(PATH, 3, scope, "", "")


def a_test(name: str, *entered: str, seconds: float = 0.0) -> CoveringTest:
    return CoveringTest(name, seconds, frozenset(entered))


FAR = a_test("tests/unit/test_shop.py::a", "operator/shop/sale.py::sale")
IN_MODULE = a_test("tests/unit/test_shop.py::b", f"{PATH}::unused")
IN_FUNCTION = a_test("tests/unit/test_shop.py::c", f"{PATH}::price")
NAMED = a_test("tests/unit/test_price.py::d", f"{PATH}::price", seconds=1)
IN_ANOTHER_PROCESS = a_test("tests/unit/test_price.py::e")


def test_the_nearest_tests_come_first():
    assert rounds(mutant("price"), [FAR, IN_ANOTHER_PROCESS, IN_MODULE, IN_FUNCTION, NAMED]) == [
        [NAMED, IN_FUNCTION, IN_ANOTHER_PROCESS, IN_MODULE]
    ]


def test_a_module_that_no_test_enters_is_held_by_all():
    assert rounds(Mutant("operator/shop/table.py", 1, "", "", ""), [FAR, NAMED]) == [[FAR, NAMED]]


def test_many_tests_are_run_in_two_rounds():
    tests = [a_test(f"tests/unit/test_shop.py::{number}", f"{PATH}::price") for number in range(AT_ONCE + 5)]
    assert [len(part) for part in rounds(mutant("price"), tests)] == [AT_ONCE, 5]


def test_a_sample_is_the_same_for_the_same_seed(repository: Path):
    samples = {seed: [str(mutant) for mutant in sampled(repository, SHOP, [], seed=seed, most=4)] for seed in "12345"}
    assert {len(sample) for sample in samples.values()} == {4}
    assert samples["1"] == [str(mutant) for mutant in sampled(repository, SHOP, [], seed="1", most=4)]
    assert len({tuple(sample) for sample in samples.values()}) > 1


def test_only_says_of_which_files(repository: Path):
    assert sampled(repository, SHOP, [], seed="1", most=None, only="shop/price")
    assert not sampled(repository, SHOP, [], seed="1", most=None, only="shop/sale")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_has_code_and_tests(name: str):
    package = PACKAGES[name]
    assert sampled(ROOT, package, [], seed="1", most=1)
    assert all(list((ROOT / directory).rglob("test_*.py")) for directory in package.tests)

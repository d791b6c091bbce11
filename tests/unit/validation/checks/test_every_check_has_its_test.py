"""The test of `validation/checks/<area>/<name>.py` is `tests/unit/validation/checks/<area>/test_<name>.py`.

It names the recorded cases of the real trainer that show the finding, in RECORDED. This fails with the name of what is missing.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from detector_trainer.validation import checks
from detector_trainer.validation.chain import CHAIN
from oracle.verdict import FAILS, GARBAGE, HIDDEN
from support.recorded_cases import verdicts

HERE = Path(__file__).parent
CHECKS = sorted(
    path.relative_to(checks.__path__[0]) for path in Path(checks.__path__[0]).glob("*/*.py") if path.stem != "__init__"
)


def test_of(check: Path) -> Path:
    """Return the file in which the test of a check has to be."""
    return HERE / check.parent / f"test_{check.name}"


test_of.__test__ = False  # type: ignore[attr-defined]  # a function, not a test


@cache
def recorded(test: Path) -> tuple[str, ...] | None:
    """Return the cases that a test names in RECORDED; None if it has no RECORDED."""
    for node in ast.parse(test.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == "RECORDED" and node.value is not None:
                return tuple(ast.literal_eval(node.value))
    return None


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_each_check_has_a_test_of_its_name(check: Path):
    test = test_of(check)
    assert test.is_file(), (
        f"validation/checks/{check} has no test: create tests/unit/validation/checks/{check.parent}/{test.name}"
    )
    assert recorded(test) is not None, (
        f"{test.name} does not name the recorded cases of its check: set RECORDED, () if there is none"
    )


def test_each_test_has_a_check():
    orphans = {path.relative_to(HERE) for path in HERE.glob("*/test_*.py")} - {
        test_of(check).relative_to(HERE) for check in CHECKS
    }
    assert orphans == set()


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_each_named_case_is_recorded(check: Path):
    unknown = set(recorded(test_of(check)) or ()) - set(verdicts())
    assert unknown == set(), "tests/oracle/recorded.json does not have these cases"


def test_each_case_that_the_trainer_fails_is_named_by_a_test():
    named = {case for check in CHECKS for case in recorded(test_of(check)) or ()}
    only_deep = {name for name, trainer in verdicts().items() if trainer.deep}
    failing = {name for name, trainer in verdicts().items() if trainer.verdict in (FAILS, GARBAGE, HIDDEN)}
    assert failing - only_deep - named == set()


def test_the_chain_has_a_check_for_each_file_that_is_not_deep():
    files = {f"{check.parent}/{check.stem}".replace("_", "-") for check in CHECKS if str(check.parent) != "deep"}
    assert files == {code for codes in CHAIN.values() for code in codes}

"""The documentation of checks and failures is complete and in the file that its code names, and the generated pages are current."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

from detector_trainer import failures
from detector_trainer.catalogue import CATALOGUE
from detector_trainer.deep.run import RULES as DEEP_RULES
from detector_trainer.failures.table import FAILURES
from detector_trainer.registry import entries
from detector_trainer.validation import checks
from detector_trainer.validation.chain import CHAIN
from generators import docs

ROOT = Path(__file__).parents[2]
RECORDED_CASES = "tests/oracle/test_recorded.py"


def codes_below(package: Path) -> set[str]:
    """Codes that the files of a package stand for."""
    files = (path for path in package.glob("*/*.py") if path.name != "__init__.py")
    return {f"{path.parent.name}/{path.stem}".replace("_", "-") for path in files}


def test_each_check_is_in_a_table_and_its_file_is_called_as_its_code():
    in_tables = {code for codes in CHAIN.values() for code in codes} | {rule.code for rule in DEEP_RULES}
    files = codes_below(Path(checks.__path__[0]))
    assert files - in_tables == set(), "not in CHAIN (validation/chain.py): nothing calls these checks"
    assert in_tables - files == set(), "in CHAIN (validation/chain.py), without a file in validation/checks"


AREAS = sorted({code.partition("/")[0].replace("-", "_") for code, entry in entries().items() if entry.failures})


@pytest.mark.parametrize("area", AREAS)
def test_each_failure_is_in_the_module_of_its_area(area: str):
    module = importlib.import_module(f"{failures.__name__}.{area}")
    in_table = {failure.code for failure in FAILURES if failure.code.partition("/")[0].replace("-", "_") == area}
    assert in_table == {failure.code for failure in module.FAILURES}


@pytest.mark.parametrize("code", sorted(entries()))
def test_each_code_says_what_why_and_what_to_do(code: str):
    entry = entries()[code]
    assert entry.what
    assert entry.why
    assert entry.fix


@pytest.mark.parametrize("code", sorted(entries()))
def test_nothing_is_said_twice(code: str):
    entry = entries()[code]
    assert entry.rule is None or all(not failure.what for failure in entry.failures)


# The catalogue


CHECKED = sorted(code for code, entry in entries().items() if entry.rule is not None)


def test_each_of_the_62_known_failures_has_a_code_or_a_reason_why_only_training_tells():
    assert list(CATALOGUE) == list(range(1, 63))
    covered = {number for entry in entries().values() for number in entry.catalogue if entry.severity != "info"}
    assert [number for number, known in CATALOGUE.items() if number not in covered and not known.only_training] == []
    assert {number for entry in entries().values() for number in entry.catalogue} <= CATALOGUE.keys()


@pytest.mark.parametrize("number", [number for number, known in CATALOGUE.items() if known.only_training])
def test_where_only_training_tells_it_is_said_how(number: int):
    said = CATALOGUE[number].only_training
    assert any(command in said for command in ("`train`", "`train --require-gpus`", "`validate --deep`")), said


def names(by: str, text: str, code: str) -> bool:
    """Tell whether a test is about a code. The recorded cases of a check are named in the check's own test."""
    area, name = code.replace("-", "_").split("/")
    if by == RECORDED_CASES:
        return "assert_recorded(" in (ROOT / "tests/unit/validation/checks" / area / f"test_{name}.py").read_text(
            encoding="utf-8"
        )
    return code in text or f'"{code.partition("/")[2]}"' in text or f"checks.{area}.{name} import" in text


@pytest.mark.parametrize("code", CHECKED)
def test_each_verdict_is_held_to_something(code: str):
    rule = entries()[code].rule
    assert rule is not None
    assert rule.verified_by or rule.severity == "info", (
        f"The RULE of {code} has no `verified_by`: name the test that runs the trainer's code on it (tests/trainer, tests/oracle), the "
        "file of object_detection where it was read, or, where the trainer has no opinion, its own test (tests/unit)."
    )
    tests = {by: (ROOT / by).read_text(encoding="utf-8") for by in rule.verified_by if by.startswith("tests/")}
    assert not tests or any(names(by, text, code) for by, text in tests.items()), "none names the code, or imports the check"
    for by in rule.verified_by:
        package = importlib.util.find_spec(by.partition("/")[0]) if by not in tests else None
        if package is not None:
            assert Path(str(package.origin)).parents[1].joinpath(by).is_file(), f"{by} is not a file of the trainer"


@pytest.mark.parametrize("code", CHECKED)
def test_what_the_trainer_does_not_notice_is_an_error_when_useless_and_a_warning_when_worse(code: str):
    rule = entries()[code].rule
    assert rule is not None
    if rule.severity == "warning":
        assert rule.silent_impact.startswith("worse"), (
            f"The RULE of {code} is a warning: say in `silent_impact` why the training is worse, `worse: …`; see validation/rule.py."
        )
    elif rule.severity == "error" and rule.silent_impact:
        assert rule.silent_impact.startswith("useless") or "a warning" in rule.silent_impact


def test_the_table_of_the_catalogue_has_the_severities_of_the_rules():
    rows = re.findall(
        r"\| \[([a-z-]+/[a-z0-9-]+)\]\(checks\.md#[\w-]+\) \| (\w+)", (ROOT / "docs/catalogue.md").read_text(encoding="utf-8")
    )
    assert {code for code, _ in rows} == {code for code in CHECKED if entries()[code].catalogue}
    assert {(code, severity) for code, severity in rows} == {(code, entries()[code].severity) for code, _ in rows}


@pytest.mark.parametrize("name", sorted(docs.PAGES))
def test_a_page_is_current(name: str):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == docs.PAGES[name](), "run `make docs`"


# The threat model


SECURITY = (ROOT / "docs/security.md").read_text(encoding="utf-8")
GUARDS = re.findall(r"^\| (.+) \| (`tests/.+) \|$", SECURITY, re.MULTILINE)


def named_tests(cell: str) -> list[tuple[str, str]]:
    """File and name of each test in a cell; the file of one that begins with :: is that of the one before."""
    found: list[tuple[str, str]] = []
    for file, name in re.findall(r"`((?:tests/[\w/]+\.py)?)(?:::(\w+))?`", cell):
        found.append((file or found[-1][0], name))
    return found


def test_the_threat_model_has_a_table_of_guards():
    assert len(GUARDS) >= 15
    assert all(named_tests(cell) for _, cell in GUARDS)


@pytest.mark.parametrize(("guard", "cell"), GUARDS, ids=[guard for guard, _ in GUARDS])
def test_each_guard_of_the_threat_model_has_the_tests_that_it_names(guard: str, cell: str):
    assert cell.count("`") == 2 * len(named_tests(cell)), f"{guard}: write each test as `tests/FILE.py::NAME` or `::NAME`"
    for file, name in named_tests(cell):
        assert (ROOT / file).is_file(), f"{guard}: there is no {file}"
        assert not name or re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), (
            f"{guard}: {file} has no {name}"
        )


def test_the_threat_model_names_the_pod_security_level_of_each_tested_spec():
    """The table is about what tests/e2e/test_pod_security.py asks an API server."""
    tested = (ROOT / "tests/e2e/test_pod_security.py").read_text(encoding="utf-8")
    for word in ("hostPath", "privileged", "SYS_ADMIN", "runAsUser", "nfs", "seccompProfile", "readOnlyRootFilesystem"):
        assert word in tested
        assert word in SECURITY

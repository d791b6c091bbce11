"""What documents itself is complete, stands where its code says, and the pages made of it are current."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer import docs, failures
from detector_trainer.deep.run import RULES as DEEP_RULES
from detector_trainer.registry import entries
from detector_trainer.validation import checks
from detector_trainer.validation.chain import META_CHECKS
from detector_trainer.validation.scan.table import DATASET_CHECKS, RULES

ROOT = Path(__file__).parents[2]


def codes_below(package: Path) -> set[str]:
    """Codes that the files of a package stand for."""
    files = (path for path in package.glob("*/*.py") if path.name != "__init__.py")
    return {f"{path.parent.name}/{path.stem}".replace("_", "-") for path in files}


def test_each_check_is_in_a_table_and_its_file_is_called_as_its_code():
    checked = {check.RULE.code for check in (*META_CHECKS, *DATASET_CHECKS)}
    in_tables = checked | {rule.code for rule in (*RULES, *DEEP_RULES)}
    assert in_tables == codes_below(Path(checks.__path__[0]))


def test_each_failure_is_in_the_table_and_its_file_is_called_as_its_code():
    in_table = {failure.code for entry in entries().values() for failure in entry.failures}
    assert in_table == codes_below(Path(failures.__path__[0]))


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


@pytest.mark.parametrize("name", sorted(docs.PAGES))
def test_a_page_is_current(name: str):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == docs.PAGES[name](), "run `make generate`"

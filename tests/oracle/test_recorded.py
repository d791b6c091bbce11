"""The validator agrees with what the real trainer did with each hand-made case, as recorded.json has it; `make oracle` runs it again.

Which code a case has is asserted by the test of that check, which names the case: tests/unit/validation/checks.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from oracle import recorded
from oracle.generate import cases
from oracle.handmade import ROWS, Row
from oracle.verdict import FAILS, GARBAGE, HIDDEN, Trainer, Validator, agree

TRAINERS = recorded.verdicts()


def validator(row: Row, folder: Path) -> Validator:
    return Validator.of(row.case.write(folder / "case").report())


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_the_validator_says_what_the_trainer_does(row: Row, tmp_path: Path):
    trainer, said = TRAINERS[row.name], validator(row, tmp_path)
    assert agree(trainer, said), f"the trainer: {trainer}; the validator: {said}"


def test_what_was_recorded_is_of_these_cases():
    cases = recorded.read()["cases"]
    assert {name: (case["base"], case["edits"]) for name, case in cases.items()} == {
        row.name: (row.case.base, row.case.edits) for row in ROWS
    }


def test_every_entry_of_the_catalogue_that_can_be_judged_here_has_a_case():
    entries = {entry for row in ROWS for entry in row.entries.split()}
    only_elsewhere = {"25", "37", "38", "42", "47", "50", "51", "52", "53", "54", *map(str, range(56, 63))}
    assert entries >= {str(number) for number in range(1, 63)} - only_elsewhere
    assert entries >= {f"N{number}" for number in range(1, 14)} - {"N10"}


SOUND = Validator([], [])
ERROR, WARNING = Validator(["records/corrupt"], []), Validator([], ["records/box-tiny"])


@pytest.mark.parametrize(
    ("trainer", "right", "wrong"),
    [
        (Trainer(FAILS), [ERROR], [WARNING, SOUND]),
        (Trainer("trains"), [WARNING, SOUND], [ERROR]),
        (Trainer(GARBAGE), [ERROR, WARNING], [SOUND]),
        (Trainer(HIDDEN), [ERROR, WARNING], [SOUND]),
    ],
    ids=["fails", "trains", "garbage", "hidden"],
)
def test_when_the_two_agree(trainer: Trainer, right: list[Validator], wrong: list[Validator]):
    assert all(agree(trainer, said) for said in right)
    assert not any(agree(trainer, said) for said in wrong)
    assert not agree(trainer, Validator([], [], crash="KeyError: 'x'"))


def test_the_same_seed_gives_the_same_mutations_and_each_changes_something():
    once, again, other = (list(cases(seed, 30)) for seed in (7, 7, 8))
    assert once == again
    assert once != other
    assert all(case.edits for case in once)

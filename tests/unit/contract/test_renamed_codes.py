"""A renamed code is replaced by a code that exists."""

from __future__ import annotations

import pytest

from detector_trainer.contract.finding_codes import FINDING_CODES
from detector_trainer.contract.renamed_codes import RENAMED, current_code, rename_notices


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_an_old_code_leads_to_one_that_exists(old: str, new: str):
    assert old not in FINDING_CODES
    assert new in FINDING_CODES
    assert current_code(old) == new


def test_each_old_code_leads_to_a_code_of_its_own():
    assert len(set(RENAMED.values())) == len(RENAMED)


def test_a_code_that_was_not_renamed_stays():
    assert current_code("records/box-tiny") == "records/box-tiny"
    assert current_code("no/such-code") == "no/such-code"


def test_a_notice_names_both_codes():
    assert rename_notices(["records/box-tiny", "config/anchors"]) == [
        "config/anchors is now config/anchor-not-positive; the old code is accepted until release 0.3.0."
    ]

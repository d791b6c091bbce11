"""The real trainer and the validator agree on mutations of valid inputs: a few that are the same each time, so that it stays so.

`make oracle` has hundreds of others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from oracle.generate import cases
from oracle.run import run
from oracle.verdict import FAILS

pytestmark = pytest.mark.trainer
FAST = "feature,image,file"
"""What leaves the config and the label map alone: the trainer's input pipeline is built once for a base."""


def test_the_trainer_and_the_validator_agree_on_records_that_were_changed_at_random(tmp_path: Path):
    chosen = [case for case in cases(20, 160, FAST) if case.base in ("plain", "no map", "keypoints")]
    matrix = run(chosen, tmp_path)
    assert [result.to_json() for result in matrix.disagreements] == []
    assert matrix.counts[FAILS, "error"] > 20

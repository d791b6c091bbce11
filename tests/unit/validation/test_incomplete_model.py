"""A block of the model that chooses nothing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.inputs import Case, codes


@pytest.mark.parametrize(
    "path",
    ["box_coder", "matcher", "similarity_calculator", "anchor_generator", "box_predictor", "loss.classification_loss"],
)
@pytest.mark.parametrize("there", [False, True], ids=["missing", "empty"])
def test_a_block_without_a_kind_is_an_error(tmp_path: Path, path: str, there: bool):
    case = Case(tmp_path)
    message = case.config.model.ssd
    *parents, last = path.split(".")
    for name in parents:
        message = getattr(message, name)
    message.ClearField(last)
    if there:
        getattr(message, last).SetInParent()
    case.write()
    report = case.report(scan=False)
    assert codes(report) == {"config/incomplete-model": "error"}
    assert report.findings[0].where.field == f"model.ssd.{path}"

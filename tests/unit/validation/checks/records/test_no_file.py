"""An input_path matches no file (tf.io.gfile.glob)."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.no_file import RULE
from support.breaking import Change, assert_only, metadata_findings, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "a bracket in a path": set_fields(train_input_reader__tf_record_input_reader__input_path=["/data/a[1].record"]),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


def test_a_path_that_matches_nothing_is_named_beside_one_that_does(case: Case):
    case.config.train_input_reader.tf_record_input_reader.input_path.append("/no/a.record")
    (finding,) = metadata_findings(case, RULE.code)
    assert (finding.severity, finding.message) == ("warning", "/no/a.record matches no file.")

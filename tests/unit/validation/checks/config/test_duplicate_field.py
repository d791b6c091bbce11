"""A field or block that accepts one value is set twice."""

from __future__ import annotations

from detector_trainer.validation.checks.config.duplicate_field import RULE
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_a_field_that_is_set_twice_is_a_warning_with_both_lines(case: Case):
    case.write()
    text = case.pipeline.read_text() + "train_config { batch_size: 1\n batch_size: 2 }\n"
    case.pipeline.write_text(text)
    (finding,) = (finding for finding in case.report(scan=False).findings if finding.code == RULE.code)
    lines = text.splitlines()
    assert finding.severity == "warning"
    assert f"line {lines.index('train_config { batch_size: 1') + 1}" in finding.message or "batch_size" in finding.message


def test_items_of_a_repeated_block_are_not_duplicates(case: Case):
    case.write()
    case.pipeline.write_text(
        case.pipeline.read_text()
        + "train_config { data_augmentation_options { random_horizontal_flip { } } data_augmentation_options { random_vertical_flip { } } }\n"
    )
    messages = [finding.message for finding in case.report(scan=False).findings if finding.code == RULE.code]
    assert not any("random" in message or "data_augmentation" in message for message in messages)

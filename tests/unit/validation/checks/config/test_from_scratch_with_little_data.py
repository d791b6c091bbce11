"""A training from random weights on few images."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.contract import Finding
from support.inputs import Case
from support.records import features, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BOX = (0.1, 0.2, 0.5, 0.6)
CODE = "config/from-scratch-with-little-data"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.config.ClearField("eval_input_reader")
    case.options["decode_images"] = False
    return case


def found(case: Case, images: int = 3) -> list[Finding]:
    write(case.record, [features(BOX)] * images)
    case.write()
    return [finding for finding in case.report().findings if finding.code == CODE]


def test_no_checkpoint_and_few_images_are_worth_knowing(case: Case):
    case.config.train_config.fine_tune_checkpoint = ""
    case.config.train_config.data_augmentation_options.add().random_horizontal_flip.SetInParent()
    (finding,) = found(case)
    assert (finding.severity, finding.message) == ("info", "No fine_tune_checkpoint is set, and the training has 3 images.")
    assert finding.where.line


def test_it_says_that_nothing_is_augmented_either(case: Case):
    case.config.train_config.fine_tune_checkpoint = ""
    (finding,) = found(case)
    assert "No data_augmentation_options" in finding.message
    assert "random_horizontal_flip" in finding.hint


def test_a_checkpoint_to_start_from_is_enough(case: Case):
    assert found(case) == []


def test_a_thousand_images_are_enough(case: Case):
    case.config.train_config.fine_tune_checkpoint = ""
    assert found(case, 1000) == []


def test_a_training_that_is_resumed_does_not_begin_from_scratch(case: Case):
    case.config.train_config.fine_tune_checkpoint = ""
    case.model_dir.mkdir()
    (case.model_dir / "checkpoint").write_text('model_checkpoint_path: "ckpt-1"\n')
    assert found(case) == []


def test_the_stats_tell_the_boxes_of_an_image(case: Case):
    write(case.record, [features(BOX), features(BOX, BOX), features()])
    case.write()
    assert case.report().stats["boxesPerImage"] == 1.0

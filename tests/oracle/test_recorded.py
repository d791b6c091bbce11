"""The validator agrees with what the real trainer did with each hand-made case, as recorded.json has it; `make oracle` runs it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from oracle import handmade, recorded
from oracle.generate import cases
from oracle.handmade import AUGMENTATIONS, MODELS, PARTS_OF_A_MODEL, ROWS, Row
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


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (AUGMENTATIONS, "config/invalid-augmentation"),
        ([row for row in ROWS if row.name in ("32 pixels", "300 pixels and an FPN")], "config/unsupported-image-size"),
        ([row for row in ROWS if row.name.startswith("images of no size")], "config/invalid-image-resizer"),
        (MODELS, "config/invalid-model-options"),
        (handmade.PARTS_OF_OTHERS, "config/incomplete-model"),
        ([*handmade.EXTRACTORS, *handmade.OF_EFFICIENTDET], "config/invalid-extractor-options"),
        (
            [*handmade.FEATURE_MAPS, *handmade.LEVELS_OF_EFFICIENTDET, *handmade.LEVELS_OF_RETINANET],
            "config/feature-map-mismatch",
        ),
        (handmade.BACKBONES, "config/unusable-extractor"),
        (handmade.SIZES, "config/unsupported-image-size"),
        (handmade.COLOURS, "config/grayscale-unsupported"),
        (handmade.CENTER_NETS, "config/invalid-model-options"),
        (handmade.LOADED, "config/not-loaded"),
        (handmade.READER_SIZES, "config/invalid-input-reader"),
        (handmade.WEIGHTS, "config/invalid-loss-weight"),
        (handmade.OPTIMIZERS, "config/invalid-optimizer"),
        (handmade.NOT_NUMBERS, "config/not-a-number"),
        (handmade.ANCHOR_SIZES, "config/anchor-not-positive"),
        (handmade.CHANNELS, "config/invalid-extractor-options"),
        (handmade.ODD_SIZES, "config/odd-image-size"),
        (handmade.UNPADDED, "config/unpadded-boxes"),
        (handmade.KEYPOINT_MAPS, "config/invalid-keypoint-label-map"),
        (handmade.BOX_WEIGHTS, "records/weight-not-finite"),
        (handmade.CHANNEL_IMAGES, "records/invalid-additional-channel"),
        (handmade.MORE_CHANNELS, "config/additional-channels-unsupported"),
        (handmade.MEANS_OF_CHANNELS, "config/invalid-extractor-options"),
        (handmade.CONTEXT_OPTIONS, "config/invalid-context-features"),
        (handmade.IN_CONTEXT, "records/invalid-context-features"),
        (handmade.DENSE_POSES, "records/invalid-dense-poses"),
        (handmade.FLIPPED_POSES, "config/invalid-augmentation"),
        (handmade.GRAY_MASKS, "records/broken-mask"),
        (handmade.LEARNED_KEYPOINTS, "records/keypoint-out-of-range"),
        (handmade.SCORED, "records/multiclass-scores-mismatch"),
        ([row for row in ROWS if row.name.startswith("no ") and row.name[3:] in PARTS_OF_A_MODEL], "config/incomplete-model"),
    ],
    ids=[
        "augmentations",
        "image sizes",
        "image resizers",
        "options of the model",
        "parts of others",
        "options of the extractor",
        "feature maps",
        "backbones",
        "sizes of other architectures",
        "colours",
        "tasks of a CenterNet",
        "what is loaded",
        "sizes of readers",
        "weights of losses",
        "optimizers",
        "numbers that are none",
        "sizes of anchors",
        "channels",
        "odd sizes",
        "boxes without padding",
        "keypoint label maps",
        "weights of boxes",
        "images of channels",
        "additional channels",
        "means of additional channels",
        "context",
        "context features",
        "dense poses",
        "dense poses that are flipped",
        "masks",
        "keypoints that are learned",
        "scores",
        "parts of the model",
    ],
)
def test_what_fails_has_the_code_of_its_cause(rows: Sequence[Row], code: str, tmp_path: Path):
    failing = [row for row in rows if TRAINERS[row.name].verdict in (FAILS, GARBAGE)]
    assert failing
    for row in failing:
        said = validator(row, tmp_path)
        assert code in [*said.errors, *said.warnings], row.name


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

"""How training and evaluation differ: brightness, boxes, classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector_trainer.contract import Finding
from detector_trainer.records.distributions import aspect_of, largest_gap, median, size_of, stability_index
from detector_trainer.validation.checks.records.train_eval_drift import _chance
from support.inputs import Case
from support.mutations import picture
from support.records import Features, features, image, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

CODE = "records/train-eval-drift"
BOX = (0.1, 0.1, 0.5, 0.5)
PICTURES = [picture(64 + number, 48) for number in range(5)]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.config.eval_input_reader.add().CopyFrom(case.config.train_input_reader)
    return case


def found(case: Case, train: list[Features], evaluation: list[Features]) -> list[Finding]:
    for reader, name, records in (
        (case.config.train_input_reader, "train", train),
        (case.config.eval_input_reader[0], "eval", evaluation),
    ):
        reader.tf_record_input_reader.input_path[:] = [str(write(case.folder / f"{name}.record", records))]
    case.write()
    return [finding for finding in case.report().findings if finding.code == CODE]


def usual(count: int, *boxes: tuple[float, float, float, float], text: str = "Abyssinian") -> list[Features]:
    return [features(*(boxes or (BOX,)), text=text, image__encoded=[PICTURES[number % 5]]) for number in range(count)]


def shaded(count: int, *shades: int) -> list[Features]:
    images = [image(shade=shade) for shade in shades]
    return [features(BOX, image__encoded=[images[number * len(shades) // count]]) for number in range(count)]


def test_nothing_is_said_of_sets_that_are_alike(case: Case):
    assert found(case, usual(500), usual(100)) == []


def test_brightness(case: Case):
    (finding,) = found(case, shaded(200, 60), shaded(200, 60, 60, 60, 200))
    assert finding.severity == "warning"
    assert finding.where.file == str(case.folder / "eval.record")
    assert finding.message == (
        "Evaluation differs from training: brightness (mean grey level of an image): median 60 in training, 60 in evaluation, "
        "0.25 apart."
    )


@pytest.mark.parametrize(("bright", "count", "named"), [(20, 1000, False), (21, 1000, True), (25, 20, False)])
def test_a_gap_above_a_fifth_that_is_no_chance(case: Case, bright: int, count: int, named: bool):
    evaluation = shaded(count, *[60] * (100 - bright), *[200] * bright)
    assert bool(found(case, shaded(count, 60), evaluation)) == named


@pytest.mark.parametrize(("count", "named"), [(30, True), (5, False)])
def test_few_images_prove_nothing(case: Case, count: int, named: bool):
    assert bool(found(case, shaded(count, 60), shaded(count, 200))) == named


def test_sizes_of_boxes(case: Case):
    (finding,) = found(case, usual(50), usual(50, (0.1, 0.1, 0.2, 0.2)))
    assert finding.count == 1
    assert (
        "size of boxes (root of their share of the image): median 0.4 in training, 0.1 in evaluation, 1.00 apart"
        in finding.message
    )


def test_shapes_of_boxes(case: Case):
    (finding,) = found(case, usual(50, (0.1, 0.1, 0.3, 0.9)), usual(50, (0.1, 0.1, 0.9, 0.3)))
    assert finding.count == 1
    assert "width of boxes over height" in finding.message


def test_many_boxes_in_few_images_prove_nothing(case: Case):
    assert found(case, usual(50), usual(4, *[(0.1, 0.1, 0.2, 0.2)] * 50)) == []


def test_boxes_that_make_no_sense_are_not_counted(case: Case):
    nan = float("nan")
    broken = [(0.5, 0.5, 0.1, 0.1), (1.0, 2.0, 300.0, 400.0), (nan, 0.1, 0.5, 0.5), (0.2, 0.2, 0.2, 0.4)]
    assert found(case, usual(50), usual(50, *broken)) == []


def test_shares_of_classes(case: Case):
    train = usual(300) + usual(100, text="Bengal")
    (finding,) = found(case, train, usual(30) + usual(70, text="Bengal"))
    assert finding.count == 1
    assert "shares of classes: " in finding.message
    assert "Bengal 25% and 70%" in finding.message
    assert "Abyssinian 75% and 30%" in finding.message


@pytest.mark.parametrize(("second", "named"), [(716, False), (717, True)])
def test_a_stability_index_above_a_fifth(case: Case, second: int, named: bool):
    assert (stability_index(np.array([500, 500]), np.array([1000 - second, second])) > 0.2) == named
    train = usual(500) + usual(500, text="Bengal")
    assert bool(found(case, train, usual(1000 - second) + usual(second, text="Bengal"))) == named


@pytest.mark.parametrize(("degrees", "value"), [(2, 13.82), (10, 29.59), (90, 137.21)])
def test_chance_is_that_of_the_tables_of_chi_squared(degrees: int, value: float):
    assert _chance(degrees) == pytest.approx(value, rel=0.03)


def test_the_measures_of_two_rows_of_counts():
    first, second = np.array([10, 0, 0, 10]), np.array([0, 5, 0, 15])
    assert largest_gap(first, first) == stability_index(first, first) == 0
    assert largest_gap(first, second) == 0.5
    assert stability_index(first, second) == stability_index(second, first) > 0
    assert (median(np.array([1, 1, 5])), median(np.array([3, 1, 1]))) == (2, 0)


def test_a_bin_stands_for_what_is_in_its_middle():
    assert size_of(127) == pytest.approx(0.96, abs=0.01)
    assert aspect_of(64) == pytest.approx(1.04, abs=0.01)

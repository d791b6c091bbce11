"""What is said of images that look alike, in training and across training and evaluation."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from detector_trainer.contract import Finding
from detector_trainer.records.hash_neighbours import DISTANCE, REACH, find_neighbours
from support.inputs import Case
from support.records import Features, features, write

BOX = (0.1, 0.2, 0.5, 0.6)
INSIDE, ACROSS = "records/near-duplicate-images", "records/train-eval-near-duplicates"


@cache
def photograph(number: int, quality: int = 90, size: tuple[int, int] = (160, 120)) -> bytes:
    coarse = np.random.default_rng(number).integers(0, 256, (9, 12, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(coarse).resize(size).save(data, "JPEG", quality=quality)
    return data.getvalue()


def records(numbers: range, **how: object) -> list[Features]:
    return [features(BOX, image__encoded=[photograph(number, **how)]) for number in numbers]  # type: ignore[arg-type]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.config.eval_input_reader.add().CopyFrom(case.config.train_input_reader)
    return case


def found(case: Case, train: list[list[Features]], evaluation: list[Features] | None = None) -> dict[str, Finding]:
    paths = [write(case.folder / f"{number}.record", part) for number, part in enumerate(train)]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
    if evaluation is None:
        case.config.ClearField("eval_input_reader")
    else:
        path = str(write(case.folder / "eval.record", evaluation))
        case.config.eval_input_reader[0].tf_record_input_reader.input_path[:] = [path]
    case.write()
    return {finding.code: finding for finding in case.report().findings if finding.code in (INSIDE, ACROSS)}


def test_copies_of_another_quality_or_size_are_found(case: Case):
    again = records(range(1), size=(120, 90)) + records(range(1, 5), quality=60)
    finding = found(case, [records(range(20)), again])[INSIDE]
    assert (finding.severity, finding.count) == ("warning", 10)
    assert (finding.where.file, finding.where.record) == (str(case.folder / "0.record"), 0)
    assert finding.message == (
        f"10 of 25 training images look like another one: record 0 of {case.folder}/0.record like record 0 of "
        f"{case.folder}/1.record."
    )


@pytest.mark.parametrize(("again", "said"), [(4, False), (5, True)])
def test_ten_images_have_to_look_like_another(case: Case, again: int, said: bool):
    assert (INSIDE in found(case, [records(range(20)) + records(range(again), quality=60)])) == said


@pytest.mark.parametrize(("others", "said"), [(979, True), (995, False)])
def test_more_than_one_in_a_hundred_has_to(case: Case, others: int, said: bool):
    small = {"size": (64, 48)}
    assert (INSIDE in found(case, [records(range(others), **small) + records(range(5), quality=60)])) == said


def test_copies_byte_for_byte_are_not_meant(case: Case):
    assert found(case, [records(range(20)), records(range(20))]) == {}


def test_a_scan_that_reads_only_headers_does_not_look(case: Case):
    case.options["decode_images"] = False
    assert found(case, [records(range(20)), records(range(20), quality=60)], records(range(20), quality=50)) == {}


def test_evaluation_images_that_look_like_training_images(case: Case):
    evaluation = records(range(100, 110)) + records(range(5), quality=60)
    findings = found(case, [records(range(50, 60)), records(range(20))], evaluation)
    assert [*findings] == [ACROSS]
    finding = findings[ACROSS]
    assert (finding.severity, finding.count) == ("warning", 5)
    assert (finding.where.file, finding.where.record) == (str(case.folder / "eval.record"), 10)
    assert finding.message == (
        f"5 evaluation images look like training images: record 10 of {case.folder}/eval.record like record 0 of "
        f"{case.folder}/1.record."
    )


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        (records(range(100, 110)) + records(range(4), quality=60), False),
        (records(range(100, 110)) + records(range(20)), False),  # byte for byte: train-eval-overlap says it
        (records(range(100, 1094), size=(32, 24)) + records(range(5), quality=60), True),  # 5 of 999
        (records(range(100, 1095), size=(32, 24)) + records(range(5), quality=60), False),  # 5 of 1,000
    ],
    ids=["four", "copies", "more than one in 200", "one in 200"],
)
def test_either_side_of_the_limits_across(case: Case, evaluation: list[Features], said: bool):
    assert (ACROSS in found(case, [records(range(20))], evaluation)) == said


HASHES = st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=8, unique=True)
FLIPS = st.lists(st.tuples(st.integers(0, 30), st.lists(st.integers(0, 63), max_size=5, unique=True)), max_size=20)


@given(HASHES, FLIPS, st.randoms(use_true_random=False))
def test_those_near_are_found_as_by_comparing_all_with_all(some, flips, random):
    numbers = set(some)
    for index, bits in flips:
        numbers.add(some[index % len(some)] ^ sum(1 << bit for bit in bits))
    hashes = np.array(sorted(numbers), np.uint64)
    asks, answers = (np.array([random.random() < 0.7 for _ in numbers]) for _ in range(2))
    found = find_neighbours(hashes, asks, answers)
    near = np.bitwise_count(hashes[:, None] ^ hashes) <= DISTANCE
    np.fill_diagonal(near, False)
    assert ((found >= 0) == (near & answers).any(axis=1) & asks).all()
    for one in np.flatnonzero(found >= 0):
        assert near[one, found[one]]
        assert answers[found[one]]


def test_of_many_that_have_a_part_in_common_some_are_compared():
    """All with all would be two thousand million comparisons: these are 64 each, and nearly all are found."""
    hashes = np.unique(np.random.default_rng(0).integers(0, 1 << 24, 60_000)).astype(np.uint64) << np.uint64(40)
    everything = np.ones(len(hashes), bool)
    assert (find_neighbours(hashes, everything, everything) >= 0).mean() > 0.5
    assert REACH == 64

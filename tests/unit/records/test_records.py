"""Properties of all record checks together: valid records pass, crops are mentioned, any bytes get a verdict."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.breaking import BOX, evaluate, on_disk, scanned, the_error
from support.inputs import Case, codes
from support.records import SIDES, example, features, image, write

NAN, INF = math.nan, math.inf


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


SOUND: list[tuple[str, Any]] = [
    ("no boxes, no box features", features()),
    ("no boxes, empty lists", features(**{f"image__object__bbox__{side}": [] for side in SIDES})),
    ("no boxes, but values of is_crowd", features(image__object__is_crowd=[0])),
    ("image labels the model has", features(BOX, image__class__label=[37, 1, -1], image__neg_category_ids=[2])),
    ("text without label", features(BOX)),
    ("label without text", features(BOX, image__object__class__text=None, image__object__class__label=[37])),
    ("a PNG declared as a JPEG", features(BOX, image__encoded=[image("PNG")], image__format=[b"jpeg"])),
    ("grey", features(BOX, image__encoded=[image(mode="L")])),
    ("RGBA", features(BOX, image__encoded=[image("PNG", mode="RGBA")])),
    ("CMYK", features(BOX, image__encoded=[image(mode="CMYK")])),
    ("BMP", features(BOX, image__encoded=[image("BMP")])),
    ("1 x 1", features(BOX, image__encoded=[image("PNG", size=(1, 1))])),
    ("bytes after the JPEG", features(BOX, image__encoded=[image() + b"trailing"])),
    ("wrong height and width", features(BOX, image__height=[7], image__width=[9])),
    ("difficult for each box", features(BOX, image__object__difficult=[1])),
    ("features the trainer does not read", features(BOX, my__feature=[1, 2, 3], other=[b"x"])),
]


@pytest.mark.parametrize("record", [row[1] for row in SOUND], ids=[row[0] for row in SOUND])
def test_what_trains_is_not_rejected(case: Case, record: Any):
    assert codes(scanned(case, record)) == {}


HIDDEN = [
    ("min above max", features((0.1, 0.6, 0.5, 0.2))),
    ("pixels", features((10, 20, 50, 60))),
    ("NaN", features((0.1, NAN, 0.5, 0.6))),
    ("infinity", features((0.1, 0.2, 0.5, INF))),
    ("an unknown class", features(BOX, text="Dragon")),
]


@pytest.mark.parametrize("record", [row[1] for row in HIDDEN], ids=[row[0] for row in HIDDEN])
def test_a_crop_hides_the_box_and_the_message_says_so(case: Case, record: Any):
    assert "drops it silently" not in the_error(scanned(case, record)).message
    case.config.train_config.data_augmentation_options.add().random_crop_image.SetInParent()
    assert "random_crop_image drops it silently" in the_error(scanned(case, record)).message


def test_many_of_a_kind_are_one_finding_with_a_count(case: Case):
    error = the_error(scanned(case, *[features((10, 20, 50, 60), BOX)] * 300))
    assert (error.count, error.where.record) == (300, 1)


def test_training_does_not_read_the_evaluation(case: Case):
    write(case.record, [features(BOX)])
    other = write(case.folder / "eval.record", [features((0.1, 0.6, 0.5, 0.2))])
    evaluate(case, other)
    case.write()
    report = case.report()
    assert report.verdict == "pass"
    assert codes(report)["records/box-min-exceeds-max"] == "warning"


def test_the_result_does_not_depend_on_the_number_of_processes(case: Case, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("detector_trainer.records.scan.ALONE_BELOW", 0)
    paths = [
        write(case.folder / f"{shard}.record", [features(BOX), features((10, 20, 50, 60)), features(BOX, text="Dragon")])
        for shard in range(5)
    ]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
    case.write()
    reports = []
    for processes in (1, 2):
        case.options["processes"] = processes
        report = case.report()
        reports.append((report.findings, report.stats))
    assert reports[0] == reports[1]
    assert reports[0][1]["records"] == 15


def test_the_checksum_follows_the_contents(case: Case):
    first = scanned(case).stats["recordsChecksum"]
    assert scanned(case).stats["recordsChecksum"] == first
    assert scanned(case, features(BOX)).stats["recordsChecksum"] != first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payload=st.one_of(
        st.binary(max_size=300), st.builds(lambda at, byte: _mutated(at, byte), st.integers(0, 2000), st.integers(0, 255))
    )
)
def test_any_bytes_give_a_verdict(case: Case, payload: bytes):
    report = scanned(case, payload)
    assert report.stats["records"] == 2


def _mutated(at: int, byte: int) -> bytes:
    data = bytearray(example(features(BOX, BOX)))
    data[at % len(data)] = byte
    return bytes(data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_file_gives_a_verdict(case: Case, data: bytes):
    assert on_disk(case, data).verdict == "reject"

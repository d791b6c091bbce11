"""Each check of records: what trains passes; broken in one place, exactly that is said, with the record and the feature."""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector_trainer.contract import Finding, Report
from support.inputs import Case, codes
from support.records import SIDES, example, features, framed, image, write

BOX = (0.1, 0.2, 0.5, 0.6)
NAN, INF = math.nan, math.inf


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def scanned(case: Case, *records: Any) -> Report:
    """The report on a file of these records, the first of them sound."""
    write(case.record, [features(BOX), *records])
    case.config.ClearField("eval_input_reader")
    case.write()
    return case.report()


def evaluate(case: Case, path: Path) -> None:
    """Lets the config evaluate on a file."""
    reader = case.config.eval_input_reader.add()
    reader.CopyFrom(case.config.train_input_reader)
    reader.tf_record_input_reader.input_path[:] = [str(path)]


def the_error(report: Report) -> Finding:
    (error,) = (finding for finding in report.findings if finding.severity == "error")
    return error


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))


BROKEN: list[tuple[str, Any, str, str | None]] = [
    ("no image", features(BOX, image__encoded=None), "records/missing-image", "image/encoded"),
    ("an empty image", features(BOX, image__encoded=[b""]), "records/missing-image", "image/encoded"),
    ("the path of an image", features(BOX, image__encoded=[b"/data/cat.jpg"]), "records/image-is-a-path", "image/encoded"),
    ("a TIFF", features(BOX, image__encoded=[image("TIFF")]), "records/unknown-image-format", "image/encoded"),
    ("a GIF", features(BOX, image__encoded=[image("GIF")]), "records/four-dimensional-image", "image/encoded"),
    ("a WebP", features(BOX, image__encoded=[image("WEBP")]), "records/four-dimensional-image", "image/encoded"),
    ("format raw", features(BOX, image__format=[b"raw"]), "records/four-dimensional-image", "image/encoded"),
    ("a JPEG that is cut off", features(BOX, image__encoded=[image(size=(64, 64))[:-20]]), "records/broken-image", "image/encoded"),
    ("a PNG that is cut off", features(BOX, image__encoded=[image("PNG")[:-20]]), "records/broken-image", "image/encoded"),
    ("60,000 x 60,000 pixels", features(BOX, image__encoded=[png_of_size(60_000, 60_000)]), "records/image-too-large", "image/encoded"),
    ("xmin above xmax", features((0.1, 0.6, 0.5, 0.2)), "records/box-min-exceeds-max", "image/object/bbox/xmin"),
    ("ymin above ymax", features((0.5, 0.2, 0.1, 0.6)), "records/box-min-exceeds-max", "image/object/bbox/ymin"),
    ("pixels", features((10, 20, 50, 60)), "records/boxes-in-pixels", "image/object/bbox/xmin"),
    ("NaN", features((0.1, NAN, 0.5, 0.6)), "records/box-not-finite", "image/object/bbox/xmin"),
    ("infinity", features((0.1, 0.2, 0.5, INF)), "records/box-not-finite", "image/object/bbox/xmax"),
    ("another class", features(BOX, text="Dragon"), "records/class-text-not-in-map", "image/object/class/text"),
    ("another case", features(BOX, text="abyssinian"), "records/class-text-not-in-map", "image/object/class/text"),
    ("no class text", features(BOX, text=""), "records/empty-class-text", "image/object/class/text"),
    ("label 0", features(BOX, image__object__class__text=None, image__object__class__label=[0]), "records/label-out-of-range", "image/object/class/label"),
    ("label 38 of 37", features(BOX, image__object__class__text=None, image__object__class__label=[38]), "records/label-out-of-range", "image/object/class/label"),
    ("boxes as ints", features(BOX, image__object__bbox__xmin=[0]), "records/wrong-type", "image/object/bbox/xmin"),
    ("two images", features(BOX, image__encoded=[image(), image()]), "records/multi-value-scalar", "image/encoded"),
    ("one side short", features(BOX, BOX, image__object__bbox__ymax=[0.5]), "records/unequal-lengths", "image/object/bbox/xmin"),
    ("fewer classes than boxes", features(BOX, BOX, image__object__class__text=[b"Abyssinian"]), "records/unequal-lengths", "image/object/class/text"),
    ("fewer is_crowd than boxes", features(BOX, BOX, image__object__is_crowd=[0]), "records/unequal-lengths", "image/object/is_crowd"),
    ("an image label of 38", features(BOX, image__class__label=[38]), "records/image-label-out-of-range", "image/class/label"),
    ("a negative category of 0", features(BOX, image__neg_category_ids=[0]), "records/image-label-out-of-range", "image/neg_category_ids"),
    ("a second image, short and last", example(features(BOX, image__encoded=[image(size=(400, 300))])) + example({"image/encoded": [b"x"]}), "records/unknown-image-format", "image/encoded"),
    ("not a proto", b"\xff\xff\xff\xffnothing", "records/not-an-example", None),
]  # fmt: skip


@pytest.mark.parametrize(("record", "code", "field"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_record_is_named(case: Case, record: Any, code: str, field: str | None):
    error = the_error(scanned(case, record))
    assert (error.code, error.where.file, error.where.record, error.where.field) == (code, str(case.record), 1, field)
    assert error.hint


WORSE: list[tuple[str, Any, str]] = [
    ("a little outside", features((0.1, 0.2, 0.5, 1.05)), "records/box-out-of-range"),
    ("a little negative", features((-0.01, 0.2, 0.5, 0.6)), "records/box-negative"),
    ("no area", features((0.1, 0.2, 0.5, 0.2)), "records/box-zero-area"),
    ("a tenth of a pixel", features((0.1, 0.2, 0.5, 0.203)), "records/box-tiny"),
    ("two of is_crowd for one box", features(BOX, image__object__is_crowd=[0, 0]), "records/unequal-lengths"),
    ("text against label", features(BOX, image__object__class__label=[2]), "records/text-label-conflict"),
    ("more classes than boxes", features(BOX, image__object__class__text=[b"Abyssinian"] * 2), "records/unequal-lengths"),
    ("fewer weights than boxes", features(BOX, BOX, image__object__weight=[1.0]), "records/unequal-lengths"),
    ("101 boxes", features(*[BOX] * 101), "records/too-many-boxes"),
]


@pytest.mark.parametrize(("record", "code"), [row[1:] for row in WORSE], ids=[row[0] for row in WORSE])
def test_what_trains_worse_is_a_warning(case: Case, record: Any, code: str):
    report = scanned(case, record)
    assert report.verdict == "pass"
    assert codes(report) == {code: "warning"}


SOUND: list[tuple[str, Any]] = [
    ("no boxes, no box features", features()),
    ("no boxes, empty lists", features(**{f"image__object__bbox__{side}": [] for side in SIDES})),
    ("no boxes, but values of is_crowd", features(image__object__is_crowd=[0])),
    ("image labels the model has", features(BOX, image__class__label=[37, 1, -1], image__neg_category_ids=[2])),
    ("text without label", features(BOX)),
    ("label without text", features(BOX, image__object__class__text=None, image__object__class__label=[37])),
    ("a PNG that says it is a JPEG", features(BOX, image__encoded=[image("PNG")], image__format=[b"jpeg"])),
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


def test_no_box_in_any_record_is_an_error_and_names_what_looks_like_one(case: Case):
    record = features()
    record["image/object/bbox/x_min"] = [0.1]
    write(case.record, [record, record])
    case.config.ClearField("eval_input_reader")
    case.write()
    error = the_error(case.report())
    assert error.code == "records/no-boxes-at-all"
    assert "image/object/bbox/x_min" in error.message


def test_training_does_not_read_the_evaluation(case: Case):
    write(case.record, [features(BOX)])
    other = write(case.folder / "eval.record", [features((0.1, 0.6, 0.5, 0.2))])
    evaluate(case, other)
    case.write()
    report = case.report()
    assert report.verdict == "pass"
    assert codes(report)["records/box-min-exceeds-max"] == "warning"


def test_images_in_both_training_and_evaluation_are_counted(case: Case):
    write(case.record, [features(BOX), features(BOX, image__encoded=[image(shade=10)])])
    other = write(
        case.folder / "eval.record", [features(BOX), features(BOX, image__encoded=[image(shade=20)], image__source_id=[b"2"])]
    )
    evaluate(case, other)
    case.write()
    (finding,) = (finding for finding in case.report().findings if finding.code == "records/train-eval-overlap")
    assert (finding.count, finding.severity) == (1, "warning")


def test_evaluation_images_that_share_a_source_id_are_counted(case: Case):
    write(case.record, [features(BOX)])
    other = write(case.folder / "eval.record", [features(BOX, image__encoded=[image(shade=shade)]) for shade in (1, 2, 3)])
    evaluate(case, other)
    case.write()
    (finding,) = (finding for finding in case.report().findings if finding.code == "records/duplicate-source-id")
    assert finding.count == 2


def on_disk(case: Case, data: bytes) -> Report:
    case.record.write_bytes(data)
    case.config.ClearField("eval_input_reader")
    case.write()
    return case.report()


SHARD = framed(example(features(BOX))) * 3


@pytest.mark.parametrize(
    ("data", "code", "record"),
    [
        (b"", "records/empty-file", None),
        (b"1234", "records/empty-file", None),
        (SHARD[:-5], "records/truncated", 2),
        (SHARD[:-100] + bytes([SHARD[-100] ^ 1]) + SHARD[-99:], "records/corrupt", 2),
        (gzip.compress(SHARD), "records/not-tfrecord", None),
        (b"<!DOCTYPE html><html>Not found</html>", "records/not-tfrecord", None),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "records/not-tfrecord", None),
        (image() * 3, "records/not-tfrecord", None),
        (struct.pack("<Q", 1 << 60) + framed(b"")[8:12], "records/not-tfrecord", None),
    ],
    ids=["0 bytes", "4 bytes", "cut off", "a flipped bit", "gzip", "HTML", "git-lfs", "a JPEG", "2^60 bytes, no checksum"],
)
def test_a_damaged_file_is_named(case: Case, data: bytes, code: str, record: int | None):
    error = the_error(on_disk(case, data))
    assert (error.code, error.where.record) == (code, record)


def test_a_record_that_claims_an_exabyte_is_cut_off(case: Case):
    length = struct.pack("<Q", 1 << 60)
    error = the_error(on_disk(case, SHARD + length + framed_crc(length) + b"x" * 100))
    assert (error.code, error.where.record) == ("records/truncated", 3)


def framed_crc(length: bytes) -> bytes:
    """The checksum of 8 bytes, as a record of 8 bytes ends with it."""
    return framed(length)[-4:]


def test_a_few_bytes_after_the_last_record_are_a_warning(case: Case):
    assert codes(on_disk(case, SHARD + b"1234")) == {"records/trailing-bytes": "warning"}


def test_an_empty_file_beside_a_good_one_is_a_warning(case: Case):
    empty = case.folder / "empty.record"
    empty.write_bytes(b"")
    case.config.train_input_reader.tf_record_input_reader.input_path.append(str(empty))
    report = on_disk(case, SHARD)
    assert codes(report) == {"records/empty-file": "warning"}


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_a_path_that_is_no_file_is_named_and_never_waited_for(case: Case, kind: str):
    case.record.unlink()
    case.record.mkdir() if kind == "directory" else os.mkfifo(case.record)
    case.config.ClearField("eval_input_reader")
    case.write()
    assert the_error(case.report()).code == "records/unreadable-file"


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

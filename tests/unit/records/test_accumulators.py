"""Sums over records do not depend on where, and in what pieces, the records are read: what scans in parallel processes and pods rest on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector_trainer.pipeline.resizer import FIXED, KEEP_ASPECT, Resizer
from detector_trainer.records import classes
from detector_trainer.records.accumulator import (
    Accumulator,
    Sums,
    column,
    counts,
    ever,
    first_seen,
    histogram,
    largest,
    total,
)
from detector_trainer.records.chunk import Chunk, ChunkBuilder
from detector_trainer.records.framing import Payload, freeze
from detector_trainer.records.reader_settings import ReaderSettings, settings_of
from detector_trainer.records.shard import scan_shard
from detector_trainer.records.tally import Tallies
from detector_trainer.records.totals import FileRead, IncompatibleTotals, Totals
from detector_trainer.validation.chain import scan_checks
from detector_trainer.validation.checks.records import no_boxes_at_all, tiny_after_resize
from detector_trainer.validation.inputs import Inputs
from support.inputs import SOUND, Case
from support.mutations import picture
from support.records import Features, example, features, framed, image

CHECKS = scan_checks()
IMAGES = (
    picture(40, 30),
    picture(30, 40, "PNG"),
    image(size=(20, 20)),
    image("BMP", size=(64, 8), shade=0),
    image("PNG", size=(9, 9), shade=255),
    picture(33, 17)[:-20],
    b"GIF89a",
    b"?",
    b"",
)
SIDES = st.sampled_from((0.0, 0.1, 0.102, 0.5, 0.9, 1.0, 1.05, -0.1, 300.0, float("nan"), float("inf")))
BOXES = st.lists(st.tuples(SIDES, SIDES, SIDES, SIDES), max_size=3)


class Record(NamedTuple):
    boxes: Sequence[tuple[float, float, float, float]]
    image: int
    """Index in IMAGES."""
    text: str = "Abyssinian"
    source_id: bytes = b"1"
    other: str = "area"
    """A feature that the trainer does not read."""

    @property
    def features(self) -> Features:
        others: dict[str, list[int]] = {self.other: [1]}
        return features(
            *self.boxes, text=self.text, image__encoded=[IMAGES[self.image]], image__source_id=[self.source_id], **others
        )


RECORDS = st.builds(
    Record,
    BOXES,
    st.integers(0, len(IMAGES) - 1),
    st.sampled_from(("Abyssinian", "Bengal", "Dragon", "Wyvern", "Griffin", "")),
    st.sampled_from((b"1", b"2", b"")),
    st.sampled_from(("bbox/xmin", "bbox/ymin", "area", "score")),
)
CHUNKS = st.lists(st.lists(RECORDS, min_size=1, max_size=5), min_size=1, max_size=6)
READERS = ("resized to many sizes", "resized to one size", "evaluation")


@pytest.fixture(scope="module")
def all_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ReaderSettings]:
    case = Case(tmp_path_factory.mktemp("case"))
    case.write()
    inputs = Inputs(str(case.pipeline))
    settings = settings_of(inputs.config, inputs.train, decode_images=inputs.decode_images)
    readers = (
        replace(settings, resizer=Resizer(KEEP_ASPECT, 30, 60), anchors=()),
        replace(settings, resizer=Resizer(FIXED, 30, 60), anchors=((8.0, 8.0), (30.0, 30.0))),
        replace(settings, training=False),
    )
    return dict(zip(READERS, readers, strict=True))


def payloads(records: Iterable[Record]) -> Iterator[Payload]:
    for record in records:
        payload = bytearray(example(record.features))
        yield Payload(payload, freeze(payload), 0, len(payload), 0)


def chunk_of(records: Iterable[Record], file: str, settings: ReaderSettings) -> Chunk:
    builder = ChunkBuilder(file, settings.schema, settings.decode_images, settings.every_png, settings.hash_images)
    for payload in payloads(records):
        builder.add(payload)
    return builder.chunk()


def add(totals: Totals, records: Sequence[Record], number: int, settings: ReaderSettings) -> Totals:
    """A file of one chunk."""
    totals.add(chunk_of(records, f"{number}.record", settings), settings)
    totals.files.append(FileRead(f"{number}.record", len(records), 0, number))
    return totals


def merged(parts: list[Totals], order: random.Random) -> Totals:
    """The parts, two neighbours at a time, in any order of those."""
    while len(parts) > 1:
        at = order.randrange(len(parts) - 1)
        parts[at].merge(parts.pop(at + 1))
    return parts[0]


def fields(accumulator: Accumulator) -> dict[str, Any]:
    """Its fields, in a form in which equal means the same: counters with their order, arrays as lists."""
    plain = {Counter: lambda value: list(value.items()), np.ndarray: np.ndarray.tolist}
    return {name: plain.get(type(value), lambda value: value)(value) for name, value in vars(accumulator).items()}


def again(totals: Totals) -> Totals:
    """What another process reads of what this one writes."""
    return CHECKS.read(totals.to_bytes())


@pytest.mark.parametrize("reader", READERS)
@given(files=CHUNKS, order=st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=50)
def test_files_that_are_read_apart_and_merged_in_order_give_the_bytes_of_one_pass(
    all_settings: dict[str, ReaderSettings], reader: str, files: list[list[Record]], order: random.Random
):
    settings, whole = all_settings[reader], CHECKS.totals()
    for number, records in enumerate(files):
        add(whole, records, number, settings)
    arrived = list(enumerate(files))
    order.shuffle(arrived)
    parts = {number: again(add(CHECKS.totals(), records, number, settings)) for number, records in arrived}
    assert merged([parts[number] for number in range(len(files))], order).to_bytes() == whole.to_bytes()


@given(files=CHUNKS, order=st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=50)
def test_what_has_a_limit_merges_too(all_settings: dict[str, ReaderSettings], files: list[list[Record]], order: random.Random):
    with patch.object(classes, "MAX_NAMES", 3), patch.object(no_boxes_at_all, "MAX_NAMES", 2):
        settings, whole = all_settings["resized to many sizes"], CHECKS.totals()
        for number, records in enumerate(files):
            add(whole, records, number, settings)
        parts = [add(CHECKS.totals(), records, number, settings) for number, records in enumerate(files)]
        assert merged(parts, order).to_bytes() == whole.to_bytes()
        assert len(whole[no_boxes_at_all.BoxFeatures].others) <= 2


@given(files=CHUNKS)
@hypothesis_settings(max_examples=30)
def test_what_is_written_and_read_is_the_same(all_settings: dict[str, ReaderSettings], files: list[list[Record]]):
    totals = CHECKS.totals()
    for number, records in enumerate(files):
        add(totals, records, number, all_settings["resized to many sizes"])
    read = again(totals)
    assert read.to_bytes() == totals.to_bytes()
    assert read.files == totals.files
    for code, accumulator in totals.by_code.items():
        if isinstance(accumulator, Tallies):
            assert read.hits(code).by_severity == accumulator.by_severity
        else:
            assert fields(read.by_code[code]) == fields(accumulator)


EVERYTHING = [
    Record([(0.1, 0.1, 0.101, 0.9), (0.1, 0.1, 0.9, 0.15)], image=0),
    Record([(0.1, 0.1, 0.5, 0.5)], image=1),
]
REACHED = {
    "config/mixed-image-sizes",
    "records/boxes-unlike-anchors",
    "records/duplicate-source-id",
    "records/no-boxes-at-all",
    "records/tiny-after-resize",
    "records/train-eval-drift",
    "shared/classes",
    "shared/image-hashes",
    "shared/looked-at",
    "shared/summary",
}
"""Accumulators that these records add something to. A check that counts what is rarer merges as its fields do: see below."""


def test_these_tests_reach_accumulators_of_every_kind(all_settings: dict[str, ReaderSettings]):
    empty = CHECKS.totals()
    reached = set()
    for reader in READERS:
        found = add(CHECKS.totals(), EVERYTHING, 0, all_settings[reader])
        reached |= {code for code, sums in found.by_code.items() if isinstance(sums, Sums) and changed(sums, empty.by_code[code])}
    assert reached >= REACHED


def changed(sums: Accumulator, empty: Accumulator) -> bool:
    return fields(sums) != fields(empty)


class Example(NamedTuple):
    file: str
    size: tuple[int, float]


class EachKind(Sums):
    """A field of each kind that accumulators are declared with."""

    code = "test/each-kind"
    total: int = total()
    largest: int = largest()
    ever: bool = ever()
    first: Example | None = first_seen(Example)
    names: Counter[str] = counts(str)
    ids: Counter[int] = counts(int)
    column: array[int] = column()
    histogram: NDArray[np.int64] = histogram(3)

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        raise NotImplementedError


NUMBERS = st.integers(0, 2**53)
SUMS = st.tuples(
    NUMBERS,
    NUMBERS,
    st.booleans(),
    st.none() | st.builds(Example, st.text() | st.just("\udcff"), st.tuples(NUMBERS, st.floats(allow_nan=False))),
    st.lists(st.tuples(st.text(max_size=2), NUMBERS)).map(dict),
    st.lists(st.tuples(st.integers(-(2**63), 2**63), NUMBERS)).map(dict),
    st.lists(st.integers(0, 2**64 - 1)),
    st.lists(NUMBERS, min_size=3, max_size=3),
)


def each_kind(values: Any) -> Totals:
    one, most, any_, first, names, ids, numbers, bins = values
    sums = EachKind(one, most, any_, first, Counter(names), Counter(ids), array("Q", numbers), np.array(bins, np.int64))
    return Totals.of([sums])


def read_again(totals: Totals) -> Totals:
    read = Totals.of([EachKind()])
    read.read(totals.to_bytes())
    return read


@given(SUMS, SUMS, SUMS)
def test_fields_of_each_kind_merge_whatever_is_merged_first(one: Any, two: Any, three: Any):
    left, right = each_kind(one), each_kind(two)
    left.merge(each_kind(two))
    left.merge(each_kind(three))
    right.merge(each_kind(three))
    whole = each_kind(one)
    whole.merge(right)
    assert left.to_bytes() == whole.to_bytes()
    from_nothing = Totals.of([EachKind()])
    from_nothing.merge(each_kind(one))
    assert from_nothing.to_bytes() == each_kind(one).to_bytes()


@given(SUMS)
def test_fields_of_each_kind_are_read_as_they_were(values: Any):
    totals = each_kind(values)
    assert fields(read_again(totals)[EachKind]) == fields(totals[EachKind])
    assert read_again(totals).to_bytes() == totals.to_bytes()


def test_files_that_are_damaged_merge_too(all_settings: dict[str, ReaderSettings], tmp_path: Path):
    settings, sound = all_settings["resized to many sizes"], b"".join(framed(example(record.features)) for record in EVERYTHING)
    contents = [sound, b"", sound[:-1], b"short", sound + b"more", b"\x1f\x8b" + bytes(30), sound[:-4] + bytes(4), sound]
    paths = [tmp_path / f"{number}.record" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    paths.append(tmp_path / "missing.record")
    one_after_the_other = CHECKS.totals()
    for path in paths:
        one_after_the_other.merge(scan_shard(str(path), settings, CHECKS, lambda *_: None))
    arrived = {path: again(scan_shard(str(path), settings, CHECKS, lambda *_: None)) for path in reversed(paths)}
    parts = merged([arrived[path] for path in paths], random.Random(1))
    assert parts.to_bytes() == one_after_the_other.to_bytes()
    for name in ("empty-file", "truncated", "trailing-bytes", "not-tfrecord", "corrupt", "unreadable-file"):
        assert parts.hits(f"records/{name}").by_severity, name


def test_the_records_before_a_failure_of_the_storage_are_added_up(all_settings: dict[str, ReaderSettings], tmp_path: Path):
    settings, path = all_settings["resized to one size"], tmp_path / "a.record"
    path.write_bytes(b"")

    def failing(*_: object) -> Iterator[Payload]:
        yield from payloads(EVERYTHING)
        raise OSError(5, "Input/output error")

    with patch("detector_trainer.records.shard.records", failing):
        totals = scan_shard(str(path), settings, CHECKS, lambda *_: None)
    assert totals.records == 2
    assert totals[tiny_after_resize.TinyBoxes].boxes == 3
    assert totals.hits("records/unreadable-file").by_severity[None].count == 1
    assert totals.checksums == []


def test_the_bytes_do_not_depend_on_the_process_that_writes_them():
    code = (
        "import hashlib; from detector_trainer.validation.chain import scan_checks\n"
        "from detector_trainer.validation.inputs import Inputs\n"
        "from detector_trainer.records.reader_settings import settings_of\n"
        "from detector_trainer.records.shard import scan_shard\n"
        "inputs = Inputs('pipeline.config'); settings = settings_of(inputs.config, inputs.train, decode_images=inputs.decode_images)\n"
        "totals = scan_shard('pets.record', settings, scan_checks(), lambda *_: None)\n"
        "print(totals.records, hashlib.sha256(totals.to_bytes()).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=SOUND, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert int(printed.pop().split()[0]) > 0


def test_the_totals_of_other_checks_are_refused(all_settings: dict[str, ReaderSettings]):
    written = add(CHECKS.totals(), EVERYTHING, 0, all_settings["evaluation"]).to_bytes()
    with patch.object(tiny_after_resize.TinyBoxes, "version", 2), pytest.raises(IncompatibleTotals, match="another version"):
        CHECKS.read(written)
    for damaged in (b"", written[:-30], b"PK\x03\x04" + bytes(100)):
        with pytest.raises(IncompatibleTotals, match="not the totals"):
            CHECKS.read(damaged)


def test_two_accumulators_of_one_code_are_refused():
    with pytest.raises(ValueError, match="records/tiny-after-resize"):
        Totals.of([tiny_after_resize.TinyBoxes(), tiny_after_resize.TinyBoxes()])

"""The fingerprint changes with what a training reads, and with nothing else; it shows what has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from detector_trainer.validation.fingerprint import EDGE, Fingerprint, survey
from detector_trainer.validation.inputs import Inputs
from support.inputs import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.write()
    return case


def taken(case: Case, **options) -> Fingerprint:
    return survey(Inputs(str(case.pipeline), **options)).fingerprint


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"#")


def more_steps(case: Case) -> None:
    case.config.train_config.num_steps += 1
    case.write()


def one_more_shard(case: Case) -> None:
    (case.folder / "pets-1.record").write_bytes(case.record.read_bytes())


def other_checkpoint(case: Case) -> None:
    append(Path(f"{case.checkpoint}.data-00000-of-00001"))


CHANGES: dict[str, tuple[Callable[[Case], None], list[str]]] = {
    "the config": (more_steps, ["pipeline config"]),
    "the label map": (lambda case: append(case.label_map), ["label map"]),
    "a record file": (lambda case: append(case.record), ["records"]),
    "a record file is gone": (lambda case: case.record.unlink(), ["records"]),
    "one more record file": (one_more_shard, ["records"]),
    "the checkpoint": (other_checkpoint, ["checkpoint"]),
    "two of them": (lambda case: (append(case.label_map), append(case.record)), ["label map", "records"]),
    "times": (lambda case: os.utime(case.record, (1, 1)), []),
    "comments in the config": (lambda case: append(case.pipeline), []),
    "other files beside them": (lambda case: (case.folder / "notes").write_text("x"), []),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_it_tells_what_has_changed(case: Case, change: Callable[[Case], None], expected: list[str]):
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(case.folder / "pets*.record")]
    case.write()
    before = taken(case)
    change(case)
    assert before.differences(taken(case)) == expected


def test_an_override_is_a_change_of_the_config(case: Case):
    assert taken(case).differences(taken(case, overrides={"batchSize": "7"})) == ["pipeline config"]


def test_evaluation_records_do_not_count(case: Case):
    evaluated = case.folder / "eval.record"
    evaluated.write_bytes(case.record.read_bytes())
    case.config.eval_input_reader.add().tf_record_input_reader.input_path[:] = [str(evaluated)]
    case.write()
    before = taken(case)
    append(evaluated)
    assert taken(case) == before


@pytest.mark.parametrize(
    ("at", "seen"), [(0, True), (EDGE - 1, True), (2 * EDGE, False), (-EDGE, True), (-1, True)], ids=lambda value: str(value)
)
def test_of_a_large_record_file_both_ends_count(case: Case, at: int, seen: bool):
    data = bytearray(4 * EDGE)
    case.record.write_bytes(data)
    before = taken(case)
    data[at] = 1
    case.record.write_bytes(data)
    assert (taken(case) != before) is seen


def test_every_byte_of_the_label_map_counts(case: Case):
    case.label_map.write_bytes(b"#" * 4 * EDGE)
    before = taken(case)
    case.label_map.write_bytes(b"#" * 2 * EDGE + b"!" + b"#" * (2 * EDGE - 1))
    assert before.differences(taken(case)) == ["label map"]


def test_files_that_cannot_be_read_are_named_in_the_order_of_the_trainer(case: Case):
    case.label_map.unlink()
    Path(f"{case.checkpoint}.index").unlink()
    found = survey(Inputs(str(case.pipeline))).unreadable
    assert [(problem.path, problem.kind) for problem in found] == [
        (str(case.label_map), "missing"),
        (f"{case.checkpoint}.index", "missing"),
    ]


def test_what_is_in_a_bucket_is_not_looked_at(case: Case):
    case.config.train_config.fine_tune_checkpoint = "gs://zoo/ckpt-0"
    case.config.train_input_reader.label_map_path = "gs://data/map.pbtxt"
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = ["gs://data/*.record"]
    case.write()
    assert survey(Inputs(str(case.pipeline))).unreadable == ()


def test_it_is_read_back_from_a_report(case: Case):
    assert Fingerprint.parse(case.report().stats["inputsFingerprint"]) == taken(case)


@pytest.mark.parametrize("text", ["", "2-a-b-c-d", "1-a-b-c", "0123456789abcdef"])
def test_that_of_another_version_cannot_be_compared(text: str):
    assert Fingerprint.parse(text) is None


def test_it_is_part_of_every_report_on_a_config_that_can_be_read(case: Case):
    case.record.unlink()
    assert "inputsFingerprint" in case.report(scan=False).stats
    case.pipeline.unlink()
    assert "inputsFingerprint" not in case.report(scan=False).stats

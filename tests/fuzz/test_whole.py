"""Whole sets of inputs with something damaged: always a verdict, and a report that can be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import example, given
from hypothesis import strategies as st

from detector_trainer.contract import Report, ValidationSummary, Verdict
from detector_trainer.protos import message_class
from detector_trainer.report import page
from detector_trainer.report.text import render
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from fuzz.mutate import FIELDS, STEPS, TEXT_STEPS, Put, mutate
from fuzz.repaired import table_checksums
from fuzz.test_parts import DATA, IMAGES, INDEX, LABEL_MAP, WATCHED, many
from support.inputs import Case
from support.mutations import BOX, CLASS, HEIGHT, WIDTH, floats, ints, picture, record, texts
from support.official_configs import BUILDABLE, wire_to_pets
from support.records import framed

Feature: Any = message_class("tensorflow.Feature")
MASK = "image/object/mask"
READERS = {
    "boxes": "",
    "masks in numbers": "load_instance_masks: true",
    "masks in PNG": "load_instance_masks: true mask_type: PNG_MASKS",
    "keypoints": "num_keypoints: 2",
    "scores": "load_multiclass_scores: true",
    "channels": "num_additional_channels: 1",
    "context": "load_context_features: true",
    "poses and tracks": "load_dense_pose: true load_track_id: true",
    "sequences": "input_type: TF_SEQUENCE_EXAMPLE",
}


class Folder:
    """Valid inputs: small records, everything else as in examples/broken/sound."""

    def __init__(self, folder: Path) -> None:
        self.case = Case(folder)
        self.case.write()
        self.config = self.case.pipeline.read_bytes()
        self.index, self.data = (Path(f"{self.case.checkpoint}{end}") for end in (".index", ".data-00000-of-00001"))

    def sound(self) -> None:
        """Undoes all damage."""
        self.case.pipeline.write_bytes(self.config)
        self.case.label_map.write_bytes(LABEL_MAP)
        self.case.record.write_bytes(framed(record()) * 2)
        self.index.write_bytes(INDEX)
        self.data.write_bytes(DATA)

    def report(self) -> Report:
        """The verdict, shown in every form."""
        inputs = Inputs(str(self.case.pipeline), model_dir=str(self.case.model_dir), processes=1)
        report = validate(inputs)
        assert (report.verdict is Verdict.REJECT) == any(finding.severity == "error" for finding in report.findings)
        assert all(finding.message and finding.hint and "Traceback" not in finding.message for finding in report.findings)
        assert Report.model_validate_json(report.model_dump_json(by_alias=True)).verdict is report.verdict
        assert render(report, colour=False)
        assert ValidationSummary.of(report, report_path=None)
        assert page.render(report, inputs).startswith("<!")
        return report


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("fuzz")
        patch.chdir(folder)  # paths in a damaged config lead there
        yield Folder(folder)


@WATCHED
def test_what_is_not_damaged_passes(inputs: Folder):
    """Else nothing below would be reached."""
    inputs.sound()
    report = inputs.report()
    assert report.verdict is Verdict.PASS, report.findings
    assert report.stats["records"] == 2


@WATCHED
@many(60)
@given(steps=TEXT_STEPS)
def test_a_damaged_config(watch: Any, inputs: Folder, steps: list[Any]):
    inputs.sound()
    inputs.case.pipeline.write_bytes(mutate(inputs.config, steps))
    watch.begin()
    inputs.report()


@WATCHED
@many(40)
@given(number=st.integers(0, len(BUILDABLE) - 1), steps=TEXT_STEPS)
def test_a_damaged_official_config(watch: Any, inputs: Folder, number: int, steps: list[Any]):
    inputs.sound()
    wired = wire_to_pets(BUILDABLE[number], inputs.case.folder).read_bytes()
    inputs.case.pipeline.write_bytes(mutate(wired, steps))
    watch.begin()
    inputs.report()


@WATCHED
@many(100)
@given(number=st.integers(-1, len(BUILDABLE) - 1), fields=FIELDS)
def test_a_config_with_odd_values(watch: Any, inputs: Folder, number: int, fields: list[Any]):
    inputs.sound()
    written = inputs.config if number < 0 else wire_to_pets(BUILDABLE[number], inputs.case.folder).read_bytes()
    config = text_format.Parse(written, type(inputs.case.config)())
    if number >= 0:  # small records in place of photographs
        config.train_input_reader.tf_record_input_reader.input_path[:] = [str(inputs.case.record)]
        config.ClearField("eval_input_reader")
    for field in fields:
        field.set(config)
    inputs.case.pipeline.write_text(text_format.MessageToString(config, as_utf8=True))
    watch.begin()
    inputs.report()


@WATCHED
@many(40)
@given(steps=TEXT_STEPS)
def test_a_damaged_label_map(watch: Any, inputs: Folder, steps: list[Any]):
    inputs.sound()
    inputs.case.label_map.write_bytes(mutate(LABEL_MAP, steps))
    watch.begin()
    inputs.report()


@WATCHED
@many(40)
@given(steps=STEPS, damaged_data=st.none() | STEPS, repaired=st.booleans())
def test_a_damaged_checkpoint(watch: Any, inputs: Folder, steps: list[Any], damaged_data: list[Any] | None, repaired: bool):
    inputs.sound()
    index = mutate(INDEX, steps)
    inputs.index.write_bytes(table_checksums(index) if repaired else index)
    if damaged_data is not None:
        inputs.data.write_bytes(mutate(DATA, damaged_data))
    watch.begin()
    inputs.report()


@WATCHED
@many(60)
@given(steps=STEPS)
def test_a_damaged_record_file(watch: Any, inputs: Folder, steps: list[Any]):
    inputs.sound()
    inputs.case.record.write_bytes(mutate(framed(record()) * 3, steps))
    watch.begin()
    inputs.report()


def with_reader(inputs: Folder, settings: str) -> None:
    config = type(inputs.case.config)()
    text_format.Parse(inputs.config, config)
    text_format.Merge(settings, config.train_input_reader)
    inputs.case.pipeline.write_text(text_format.MessageToString(config))


@WATCHED
@many(60)
@given(reader=st.sampled_from(sorted(READERS)), steps=STEPS)
def test_a_record_of_damaged_bytes_with_a_right_checksum(watch: Any, inputs: Folder, reader: str, steps: list[Any]):
    inputs.sound()
    with_reader(inputs, READERS[reader])
    sound = record({MASK: floats(*[0.0] * (2 * HEIGHT * WIDTH))} if reader == "masks in numbers" else None)
    inputs.case.record.write_bytes(framed(record()) + framed(mutate(sound, steps)) + framed(record()))
    watch.begin()
    inputs.report()


FLOATS = st.floats(width=32) | st.sampled_from([0.0, 1.0, 0.5, 1.1, -0.0, 3e38, 1e-45])
INTS = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-2, 40)
BYTES = st.binary(max_size=20) | st.sampled_from([b"", b"cat", b"\xff\xfe", b"raw", b"jpeg", b"/a/b.jpg", *IMAGES.values()])
FEATURES = st.one_of(
    st.none(),
    st.lists(FLOATS, max_size=6).map(lambda values: floats(*values)),
    st.lists(INTS, max_size=6).map(lambda values: ints(*values)),
    st.lists(BYTES, max_size=6).map(lambda values: texts(*values)),
    st.just(Feature()),
)
NAMES = (
    *("image/encoded", "image/format", "image/source_id", "image/height", "image/width", "image/filename", "image/key/sha256"),
    *(f"{BOX}{side}" for side in ("ymin", "xmin", "ymax", "xmax")),
    *(f"{CLASS}{name}" for name in ("text", "label", "multiclass_scores")),
    *("image/class/text", "image/class/label", "image/object/is_crowd", "image/object/difficult", "image/object/area"),
    *("image/object/group_of", "image/object/weight", MASK, "image/object/mask/weight", "image/context_features", "odd"),
    *(f"image/object/keypoint/{name}" for name in ("x", "y", "visibility", "text")),
    *("image/context_feature_length", "image/additional_channels/encoded", "image/object/track/label"),
    *(f"image/object/densepose/{name}" for name in ("num", "part_index", "x", "y", "u", "v")),
)


@WATCHED
@many(80)
@given(reader=st.sampled_from(sorted(READERS)), changes=st.dictionaries(st.sampled_from(NAMES), FEATURES, max_size=6))
def test_an_example_of_any_features(watch: Any, inputs: Folder, reader: str, changes: dict[str, Any]):
    inputs.sound()
    with_reader(inputs, READERS[reader])
    inputs.case.record.write_bytes(framed(record()) + framed(record(changes)))
    watch.begin()
    inputs.report()


@WATCHED
@many(40)
@given(kind=st.sampled_from(sorted(IMAGES)), steps=STEPS, mask=st.booleans())
@example(kind="png", steps=[Put(11, b"\x00\x00\x00\x00\x00\x80")], mask=False)  # 2^31 pixels and more on a side
def test_a_record_with_a_damaged_image(watch: Any, inputs: Folder, kind: str, steps: list[Any], mask: bool):
    inputs.sound()
    with_reader(inputs, READERS["masks in PNG" if mask else "boxes"])
    image = texts(mutate(IMAGES[kind], steps))
    changes = {MASK: texts(*image.bytes_list.value, picture(kind="PNG", mode="L"))} if mask else {"image/encoded": image}
    inputs.case.record.write_bytes(framed(record()) + framed(record(changes)))
    watch.begin()
    inputs.report()

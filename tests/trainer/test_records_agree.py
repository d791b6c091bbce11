"""The verdict on a record is the trainer's: each record here goes through the scan and through the real train_input.

Three outcomes. The trainer FAILS: the scan has an error. It TRAINS on what was written: the scan reports nothing. It is SILENT
about learning something else than was written: the scan reports it, as an error or a warning. Where classes are in question,
the row lists those that the trainer learns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image

from support.inputs import Case, codes
from support.mutations import BOX, CLASS, HEIGHT, SOUND, WIDTH, Feature, boxes, floats, ints, picture, record, texts
from support.records import write

pytestmark = pytest.mark.trainer


class Outcome(Enum):
    """What the trainer makes of a record."""

    FAILS = "fails"
    TRAINS = "trains"
    SILENT = "silent"


FAILS, TRAINS, SILENT = Outcome
NAN, INF = float("nan"), float("inf")
MASK, X, Y, VISIBILITY = "image/object/mask", *(f"image/object/keypoint/{end}" for end in ("x", "y", "visibility"))
CROWD, WEIGHT = "image/object/is_crowd", "image/object/weight"
CROP = "data_augmentation_options { random_crop_image { } }"
PNG = picture(kind="PNG", mode="L")
PIXELS = [1.0] * (WIDTH * HEIGHT)
NO_SIDES = dict.fromkeys((BOX + "ymin", BOX + "xmin", BOX + "ymax", BOX + "xmax"))
ONLY_LABEL = {CLASS + "text": None}
ONE_BOX = boxes((0.1, 0.1, 0.5, 0.5))


def one_box(*sides: float) -> dict[str, Any]:
    return boxes(sides)


def keypoints(count: int, **changes: Any) -> dict[str, Any]:
    return {X: floats(*[0.5] * count), Y: floats(*[0.5] * count), **changes}


def image(encoded: bytes) -> dict[str, Any]:
    return {"image/encoded": texts(encoded)}


def sixteen_bits() -> bytes:
    data = BytesIO()
    Image.fromarray(np.arange(HEIGHT * WIDTH, dtype=np.uint16).reshape(HEIGHT, WIDTH)).save(data, "PNG")
    return data.getvalue()


def flipped(jpeg: bytes) -> bytes:
    """With another byte in the middle of its entropy-coded data."""
    at = (jpeg.index(b"\xff\xda") + len(jpeg)) // 2
    return jpeg[:at] + bytes([jpeg[at] ^ 0x55]) + jpeg[at + 1 :]


class Row(NamedTuple):
    """What is changed in a valid record of two boxes, and the expected result."""

    name: str
    changes: dict[str, Any] | bytes
    outcome: Outcome
    code: str = ""
    learns: tuple[int, ...] | None = None
    """The classes of the boxes that the trainer gets, 0 for none; None: not in question."""


class Group(NamedTuple):
    """Records that are read with the same settings."""

    name: str
    reader: str
    train_config: str
    label_map: bool
    sound: dict[str, Any]
    rows: Sequence[Row]


PLAIN = [
    Row("as it is", {}, TRAINS),
    # What must not be rejected.
    Row("no boxes", boxes(), TRAINS),
    Row("no boxes, and no features of boxes", {**NO_SIDES, CLASS + "text": None, CLASS + "label": None}, TRAINS),
    Row("no boxes, one value of is_crowd", {**boxes(), CROWD: ints(0)}, TRAINS),
    Row("no boxes, one weight", {**boxes(), WEIGHT: floats(1)}, TRAINS),
    Row("text without label", {CLASS + "label": None}, TRAINS),
    Row("label without text", ONLY_LABEL, TRAINS),
    Row("fewer labels than texts", {CLASS + "label": ints(1)}, TRAINS),
    Row("is_crowd of each box", {CROWD: ints(0, 1)}, TRAINS),
    Row("a weight of each box", {WEIGHT: floats(1, 0.5)}, TRAINS),
    Row(
        "no optional feature of the image",
        dict.fromkeys(("image/format", "image/filename", "image/source_id", "image/height", "image/width")),
        TRAINS,
    ),
    Row("a feature without a kind", {"image/height": Feature()}, TRAINS),
    Row("wrong height and width", {"image/height": ints(7), "image/width": ints(0)}, TRAINS),
    Row("a PNG declared as a JPEG", {"image/encoded": texts(picture(kind="PNG"))}, TRAINS),
    Row("RGBA", image(picture(kind="PNG", mode="RGBA")), TRAINS),
    Row("a PNG of 16 bits", image(sixteen_bits()), TRAINS),
    Row("CMYK", image(picture(mode="CMYK")), TRAINS),
    Row("a progressive JPEG", image(picture(progressive=True)), TRAINS),
    Row("a BMP", image(picture(kind="BMP")), TRAINS),
    Row("a JPEG and bytes after it", image(picture() + b"trailing"), TRAINS),
    Row("a JPEG with a flipped byte", image(flipped(picture(200, 150))), TRAINS),
    Row("1 x 1", image(picture(1, 1)), TRAINS),
    Row("2000 x 2", image(picture(2000, 2)), TRAINS),
    Row("2 x 2000", image(picture(2, 2000)), TRAINS),
    Row("image labels of the model", {"image/class/label": ints(2, 1, -1)}, TRAINS),
    Row("100 boxes", boxes(*[(0.1, 0.1, 0.5, 0.5)] * 100), TRAINS),
    # The image.
    Row("no image", {"image/encoded": None}, FAILS, "missing-image"),
    Row("an empty image", {"image/encoded": texts(b"")}, FAILS, "missing-image"),
    Row("a path", {"image/encoded": texts(b"/data/cat.jpg")}, FAILS, "image-is-a-path"),
    Row("a TIFF", {"image/encoded": texts(picture(kind="TIFF"))}, FAILS, "unknown-image-format"),
    Row("a GIF", {"image/encoded": texts(picture(kind="GIF"))}, FAILS, "four-dimensional-image"),
    Row("a WebP", {"image/encoded": texts(picture(kind="WEBP"))}, FAILS, "four-dimensional-image"),
    Row("format raw", {"image/format": texts(b"raw")}, FAILS, "four-dimensional-image"),
    Row("half a JPEG", {"image/encoded": texts(picture(200, 150)[:900])}, FAILS, "broken-image"),
    # Kinds and numbers.
    Row("sides as ints", {BOX + "xmin": ints(0, 0)}, FAILS, "wrong-type"),
    Row("an empty side of the wrong kind", {BOX + "xmin": ints()}, FAILS, "wrong-type"),
    Row("labels as floats", {CLASS + "label": floats(1, 2)}, FAILS, "wrong-type"),
    Row("two heights", {"image/height": ints(1, 2)}, FAILS, "multi-value-scalar"),
    Row("a height with no value", {"image/height": ints()}, FAILS, "multi-value-scalar"),
    Row("two images", {"image/encoded": texts(picture(), picture())}, FAILS, "multi-value-scalar"),
    Row("no proto", b"hello world", FAILS, "not-an-example"),
    Row("no xmin", {BOX + "xmin": None}, FAILS, "unequal-lengths"),
    Row("a short xmin", {BOX + "xmin": floats(0.1)}, FAILS, "unequal-lengths"),
    Row("fewer texts than boxes", {CLASS + "text": texts(b"cat")}, FAILS, "unequal-lengths"),
    Row("neither text nor label", {CLASS + "text": None, CLASS + "label": None}, FAILS, "unequal-lengths"),
    Row("more texts than boxes", {CLASS + "text": texts(b"cat", b"dog", b"cat")}, SILENT, "unequal-lengths"),
    Row("one is_crowd for two boxes", {CROWD: ints(0)}, FAILS, "unequal-lengths"),
    Row("three of is_crowd for two boxes", {CROWD: ints(0, 0, 0)}, FAILS, "unequal-lengths"),
    Row("four of is_crowd for two boxes", {CROWD: ints(0, 0, 0, 0)}, SILENT, "unequal-lengths"),
    Row("one weight for two boxes", {WEIGHT: floats(1)}, SILENT, "unequal-lengths"),
    # Boxes.
    Row("xmin above xmax", one_box(0.1, 0.6, 0.5, 0.2), FAILS, "box-min-exceeds-max"),
    Row("xmin above xmax by a hair", one_box(0.1, 0.5000001, 0.5, 0.5), FAILS, "box-min-exceeds-max"),
    Row("pixels", one_box(10, 10, 40, 50), SILENT, "boxes-in-pixels"),
    Row("1.05", one_box(0.1, 0.1, 0.5, 1.05), SILENT, "box-out-of-range"),
    Row("a little negative", one_box(-0.01, 0.1, 0.5, 0.5), SILENT, "box-negative"),
    Row("NaN", one_box(0.1, NAN, 0.5, 0.6), SILENT, "box-not-finite"),
    Row("infinity", one_box(0.1, 0.1, 0.5, INF), SILENT, "box-not-finite"),
    Row("no area", one_box(0.1, 0.1, 0.5, 0.1), SILENT, "box-zero-area"),
    Row("a tenth of a pixel", one_box(0.1, 0.1, 0.5, 0.101), SILENT, "box-tiny"),
    Row("101 boxes", boxes(*[(0.1, 0.1, 0.5, 0.5)] * 101), SILENT, "too-many-boxes"),
    # Classes.
    Row("an unknown text", {CLASS + "text": texts(b"cow", b"dog")}, SILENT, "class-text-not-in-map", (2,)),
    Row("another case", {CLASS + "text": texts(b"Cat", b"Dog")}, SILENT, "class-text-not-in-map", ()),
    Row("an empty text", {CLASS + "text": texts(b"", b"cat")}, SILENT, "empty-class-text", (2, 1)),
    Row(
        "an empty text, and a label",
        {CLASS + "text": texts(b"", b"cat"), CLASS + "label": ints(1, 1)},
        SILENT,
        "empty-class-text",
        (2, 1),
    ),
    Row("label 0", {**ONLY_LABEL, CLASS + "label": ints(0, 1)}, SILENT, "label-out-of-range", (0, 1)),
    Row("label -1", {**ONLY_LABEL, CLASS + "label": ints(-1, 1)}, SILENT, "label-out-of-range"),
    Row("label 3 of 2", {**ONLY_LABEL, CLASS + "label": ints(3, 1)}, SILENT, "label-out-of-range", (0, 1)),
    Row("text against label", {CLASS + "label": ints(2, 1)}, SILENT, "text-label-conflict", (1, 2)),
    Row("image label 0", {"image/class/label": ints(0)}, FAILS, "image-label-out-of-range"),
    Row("image label 3 of 2", {"image/class/label": ints(3)}, FAILS, "image-label-out-of-range"),
    Row("negative category 3 of 2", {"image/neg_category_ids": ints(3)}, FAILS, "image-label-out-of-range"),
]
CROPPED = [
    Row("no boxes", boxes(), TRAINS),
    Row("xmin above xmax", one_box(0.1, 0.6, 0.5, 0.2), SILENT, "box-min-exceeds-max"),
    Row("pixels", one_box(10, 10, 40, 50), SILENT, "boxes-in-pixels"),
    Row("NaN", one_box(0.1, NAN, 0.5, 0.6), SILENT, "box-not-finite", ()),
    Row("infinity", one_box(0.1, 0.1, 0.5, INF), SILENT, "box-not-finite"),
    Row("an unknown text", {CLASS + "text": texts(b"cow", b"cow")}, SILENT, "class-text-not-in-map", ()),
    Row("a GIF", image(picture(kind="GIF")), FAILS, "four-dimensional-image"),
    Row("a WebP", image(picture(kind="WEBP")), FAILS, "four-dimensional-image"),
    Row("one weight for two boxes", {WEIGHT: floats(1)}, FAILS, "unequal-lengths"),
    Row("three weights for two boxes", {WEIGHT: floats(1, 1, 1)}, SILENT, "unequal-lengths"),
]
WITHOUT_MAP = [
    Row("an unknown text", {CLASS + "text": texts(b"cow", b"")}, TRAINS),
    Row("no label", {CLASS + "label": None}, FAILS, "unequal-lengths"),
    Row("label 3 of 2", {CLASS + "label": ints(3, 1)}, SILENT, "label-out-of-range"),
]
NUMERICAL = [
    Row("two masks", {}, TRAINS),
    Row("no boxes, no masks", {**boxes(), MASK: None}, TRAINS),
    Row("no boxes, a mask", {**boxes(), MASK: floats(*PIXELS)}, TRAINS),
    Row("no masks", {MASK: None}, FAILS, "masks-missing"),
    Row("one mask for two boxes", {MASK: floats(*PIXELS)}, FAILS, "mask-count-mismatch"),
    Row("three masks for two boxes", {MASK: floats(*PIXELS * 3)}, SILENT, "mask-count-mismatch"),
    Row("a value short", {MASK: floats(*(PIXELS * 2)[:-1])}, FAILS, "mask-count-mismatch"),
    Row("PNG masks", {MASK: texts(PNG, PNG)}, FAILS, "wrong-type"),
]
PNGS = [
    Row("two masks", {}, TRAINS),
    Row("a JPEG among them", {MASK: texts(PNG, picture(mode="L"))}, TRAINS),
    Row("at half the resolution", {MASK: texts(*[picture(WIDTH // 2, HEIGHT // 2, "PNG", "L")] * 2)}, TRAINS),
    Row("no boxes, no masks", {**boxes(), MASK: None}, TRAINS),
    Row("no masks", {MASK: None}, FAILS, "masks-missing"),
    Row("one mask for two boxes", {MASK: texts(PNG)}, FAILS, "mask-count-mismatch"),
    Row("three masks for two boxes", {MASK: texts(PNG, PNG, PNG)}, SILENT, "mask-count-mismatch"),
    Row("masks of two sizes", {MASK: texts(PNG, picture(32, 32, "PNG", "L"))}, FAILS, "broken-mask"),
    Row("a mask that is cut off", {MASK: texts(PNG, PNG[:-30])}, FAILS, "broken-mask"),
    Row("a GIF mask", {MASK: texts(PNG, picture(kind="GIF"))}, FAILS, "broken-mask"),
    Row("masks of another shape", {MASK: texts(*[picture(48, 64, "PNG", "L")] * 2)}, SILENT, "broken-mask"),
    Row("numerical masks", {MASK: floats(*PIXELS * 2)}, FAILS, "wrong-type"),
]
KEYPOINTS = [
    Row("three for each box", {}, TRAINS),
    Row("NaN for what is not there", {X: floats(*[NAN] * 6), Y: floats(*[NAN] * 6)}, TRAINS),
    Row("no boxes, no keypoints", {**boxes(), X: None, Y: None}, TRAINS),
    Row("none", {X: None, Y: None}, FAILS, "keypoint-count-mismatch"),
    Row("three for two boxes", keypoints(3), FAILS, "keypoint-count-mismatch"),
    Row("five for two boxes", keypoints(5), FAILS, "keypoint-count-mismatch"),
    Row("nine for two boxes", keypoints(9), SILENT, "keypoint-count-mismatch"),
    Row("fewer y than x", {Y: floats(0.1, 0.1, 0.1)}, FAILS, "keypoint-count-mismatch"),
    Row("one visibility for six", {VISIBILITY: ints(2)}, SILENT, "keypoint-count-mismatch"),
]
GROUPS = [
    Group("plain", "", "", True, {}, PLAIN),
    Group("with a crop", "", CROP, True, {}, CROPPED),
    Group("without a label map", "", "", False, {}, WITHOUT_MAP),
    Group("numerical masks", "load_instance_masks: true", "", True, {MASK: floats(*PIXELS * 2)}, NUMERICAL),
    Group("PNG masks", "load_instance_masks: true mask_type: PNG_MASKS", "", True, {MASK: texts(PNG, PNG)}, PNGS),
    Group("keypoints", "num_keypoints: 3", "", True, keypoints(6), KEYPOINTS),
]  # fmt: skip


def prepared(folder: Path, group: Group, payloads: Sequence[bytes]) -> Case:
    """A training with two classes on these records, without augmentation unless the group has some."""
    folder.mkdir()
    case = Case(folder)
    case.label_map.write_text("item { id: 1 name: 'cat' }\nitem { id: 2 name: 'dog' }\n")
    config = case.config
    config.ClearField("eval_input_reader")
    config.model.ssd.num_classes = 2
    config.train_config.batch_size = 1
    config.train_config.ClearField("data_augmentation_options")
    text_format.Merge(group.train_config, config.train_config)
    reader = config.train_input_reader
    text_format.Merge(f"{group.reader} shuffle: false num_epochs: 1 num_readers: 1", reader)
    if not group.label_map:
        reader.ClearField("label_map_path")
    write(case.record, payloads)
    case.write()
    return case


def payload(group: Group, row: Row) -> bytes:
    return row.changes if isinstance(row.changes, bytes) else record({**group.sound, **row.changes})


def real_outcomes(case: Case) -> Iterator[tuple[int, ...] | None]:
    """The classes of the boxes that the trainer's input pipeline makes of each record; None where it fails."""
    from detector_trainer import compat

    compat.install()
    import tensorflow as tf
    from object_detection import inputs
    from object_detection.utils import config_util

    configs = config_util.get_configs_from_pipeline_file(str(case.pipeline))
    batches = iter(
        inputs.train_input(configs["train_config"], configs["train_input_config"], configs["model"], params={"batch_size": 1})
    )
    while True:
        try:
            _, labels = next(batches)
            one_hot = labels["groundtruth_classes"].numpy()[0, : int(labels["num_groundtruth_boxes"][0])]
            yield tuple(int(row.argmax()) + 1 if row.any() else 0 for row in one_hot)
        except StopIteration:
            return
        except tf.errors.InvalidArgumentError:
            yield None


@pytest.mark.parametrize("group", GROUPS, ids=[group.name for group in GROUPS])
def test_the_trainer_and_the_scan_agree_on_every_record(tmp_path: Path, group: Group):
    payloads = [payload(group, row) for row in group.rows]
    learned = list(real_outcomes(prepared(tmp_path / "trainer", group, payloads)))
    names = [row.name for row in group.rows]
    assert dict(zip(names, (classes is not None for classes in learned), strict=True)) == dict(
        zip(names, (row.outcome is not FAILS for row in group.rows), strict=True)
    )
    in_question = {row.name: row.learns for row in group.rows if row.learns is not None}
    assert {name: classes for name, classes in zip(names, learned, strict=True) if name in in_question} == in_question
    sound = record({**SOUND, **group.sound})  # next to the one in question, so that the dataset as a whole is valid
    for number, row in enumerate(group.rows):
        report = prepared(tmp_path / str(number), group, [sound, payloads[number]]).report()
        found = {code: severity for code, severity in codes(report).items() if code.startswith("records/")}
        if row.outcome is TRAINS:
            assert found == {}, row.name
        else:
            assert f"records/{row.code}" in found, (row.name, found)
            errors = [code for code, severity in found.items() if severity == "error"]
            assert errors or row.outcome is SILENT, (row.name, found)

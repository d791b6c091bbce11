"""Records as users make them: sound ones, and each with one thing changed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from detector_trainer.contract import Finding
from detector_trainer.protos import message_class
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.scan.run import ScanOutcome, scan_records
from support.official_configs import PETS, tfrecord

Feature: Any = message_class("tensorflow.Feature")
SequenceExample: Any = message_class("tensorflow.SequenceExample")
LABEL_MAP = "item { id: 1 name: 'cat' }\nitem { id: 2 name: 'dog' }\n"
BOX = "image/object/bbox/"
CLASS = "image/object/class/"


def picture(width: int = 64, height: int = 48, kind: str = "JPEG", mode: str = "RGB", **how: Any) -> bytes:
    """A picture with something in it, encoded by Pillow."""
    rng = np.random.default_rng(width * 1000 + height)
    coarse = rng.integers(0, 256, (max(1, height // 8), max(1, width // 8), 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(coarse).resize((width, height)).convert(mode).save(data, kind, **how)
    return data.getvalue()


def floats(*values: float) -> Any:
    """A float_list, empty too."""
    return Feature(float_list={"value": values})


def ints(*values: int) -> Any:
    """An int64_list, empty too."""
    return Feature(int64_list={"value": values})


def texts(*values: bytes) -> Any:
    """A bytes_list, empty too."""
    return Feature(bytes_list={"value": values})


JPEG = picture()
SOUND: Mapping[str, Any] = {
    "image/encoded": texts(JPEG),
    "image/format": texts(b"jpeg"),
    "image/filename": texts(b"one.jpg"),
    "image/source_id": texts(b"1"),
    "image/height": ints(48),
    "image/width": ints(64),
    BOX + "ymin": floats(0.1, 0.2),
    BOX + "xmin": floats(0.1, 0.3),
    BOX + "ymax": floats(0.5, 0.9),
    BOX + "xmax": floats(0.6, 0.8),
    CLASS + "text": texts(b"cat", b"dog"),
    CLASS + "label": ints(1, 2),
}
"""Two boxes, a cat and a dog."""


def record(changes: Mapping[str, Any] | None = None) -> bytes:
    """A serialized Example: SOUND, with features replaced, added, or (None) removed."""
    message: Any = tfrecord.Example()
    for name, feature in {**SOUND, **(changes or {})}.items():
        if feature is not None:
            message.features.feature[name].CopyFrom(feature)
    return bytes(message.SerializeToString(deterministic=True))


def boxes(*sides: Sequence[float], label: bytes = b"cat") -> dict[str, Any]:
    """The features of boxes given as ymin, xmin, ymax, xmax; all of one class."""
    columns = zip(*sides, strict=True) if sides else ((), (), (), ())
    changes = {BOX + name: floats(*column) for name, column in zip(("ymin", "xmin", "ymax", "xmax"), columns, strict=True)}
    return {**changes, CLASS + "text": texts(*[label] * len(sides)), CLASS + "label": ints(*[1] * len(sides))}


def write(path: Path, payloads: Iterable[bytes]) -> Path:
    """Writes a TFRecord file."""
    tfrecord.write(path, payloads)
    return path


frame = tfrecord.frame


def training(
    folder: Path,
    train: Sequence[Path] | Path,
    *,
    evaluation: Sequence[Path] | Path = (),
    label_map: str | None = LABEL_MAP,
    reader: str = "",
    train_config: str = "",
    model: str = "",
    **inputs: Any,
) -> Inputs:
    """The inputs of a training on these files: the pets' model with two classes. Text is merged into the parts of the config."""
    config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    from google.protobuf import text_format

    text_format.Merge((PETS / "pipeline.config").read_text(), config)
    config.model.ssd.num_classes = 2
    del config.train_config.data_augmentation_options[:]
    text_format.Merge(train_config, config.train_config)
    text_format.Merge(model, config.model)
    del config.eval_input_reader[1:]
    if not evaluation:
        del config.eval_input_reader[:]
    for message, files in ((config.train_input_reader, train), *((each, evaluation) for each in config.eval_input_reader)):
        paths = [files] if isinstance(files, Path) else files
        message.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
        if label_map is None:
            message.ClearField("label_map_path")
        else:
            message.label_map_path = str(folder / "label_map.pbtxt")
            (folder / "label_map.pbtxt").write_text(label_map)
        text_format.Merge(reader, message)
    path = folder / "pipeline.config"
    path.write_text(text_format.MessageToString(config))
    return Inputs(str(path), **{"processes": 1, **inputs})


def scan(folder: Path, payloads: Iterable[bytes], **how: Any) -> list[Finding]:
    """What the scan finds in one training file of these records."""
    return outcome(folder, write(folder / "train.record", payloads), **how).findings


def outcome(folder: Path, train: Sequence[Path] | Path, **how: Any) -> ScanOutcome:
    """What the scan makes of these files."""
    return scan_records(training(folder, train, **how))

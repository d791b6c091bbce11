"""A case: valid inputs of one kind, changed by edits that JSON can hold, so that every case can be written down and made again."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from detector_trainer.contract import Report
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from oracle.bases import BASES, LABEL_MAP
from support.inputs import SOUND
from support.mutations import Feature, floats, ints, picture, texts
from support.records import framed

Edit = list[Any]
"""What is changed, and how: `["config", FIELD, TEXT]`, `["feature", RECORD, NAME, KIND, VALUES]` …; see `EDITS`."""
KINDS: dict[str, Callable[..., Any]] = {
    "float": floats,
    "int": ints,
    "bytes": lambda *values: texts(*(value.encode("latin-1") for value in values)),
}


@dataclass(frozen=True)
class Case:
    """Valid inputs, and what is changed in them."""

    base: str
    """Of `bases.BASES`."""
    edits: list[Edit] = field(default_factory=list)

    @property
    def parts(self) -> set[str]:
        """Which inputs are not as the base has them: config, label map, records, checkpoint, run."""
        return {EDITS[edit[0]] for edit in self.edits}

    def write(self, folder: Path) -> Written:
        """Writes the inputs into a directory, in place of those that may be in it."""
        written = Written(folder, self.base)
        for edit in self.edits:
            try:
                getattr(written, f"edit_{edit[0].replace('-', '_')}")(*edit[1:])
            except (IndexError, AttributeError, text_format.ParseError, ValueError) as error:
                raise Impossible(f"{edit}: {error}") from error
        written.finish()
        return written


class Impossible(Exception):
    """An edit that does not apply to what the edits before it have left."""


EDITS = {
    "config": "config",
    "config-text": "config",
    "label-map": "label map",
    "keypoint-map": "config",
    "feature": "records",
    "image": "records",
    "image-byte": "records",
    "image-cut": "records",
    "image-append": "records",
    "records": "records",
    "payload": "records",
    "file-byte": "records",
    "file-cut": "records",
    "file-append": "records",
    "file-gzip": "records",
    "file-missing": "records",
    "checkpoint-byte": "checkpoint",
    "checkpoint-cut": "checkpoint",
    "checkpoint-missing": "checkpoint",
    "resume": "run",
    "model-dir": "run",
    "steps": "run",
}
"""Which input an edit changes; each is a method of `Written`."""


class Written:
    """The inputs in a directory, while they are edited and when they are done."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self._base = folder, base
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.pipeline, self.label_map, self.record = (
            folder / "pipeline.config",
            folder / "label_map.pbtxt",
            folder / "train.record",
        )
        self.checkpoint, self.model_dir = folder / "zoo" / "ckpt-2", folder / "model"
        shutil.copytree(SOUND / "checkpoint", self.checkpoint.parent)
        self.config: Any = read_pipeline_config(str(SOUND / "pipeline.config")).message
        self.config.train_config.fine_tune_checkpoint = str(self.checkpoint)
        self.config.eval_input_reader.add()
        for reader, name in ((self.config.train_input_reader, "train"), (self.config.eval_input_reader[0], "eval")):
            reader.label_map_path = str(self.label_map)
            reader.tf_record_input_reader.input_path[:] = [str(folder / f"{name}.record")]
        self.config.model.ssd.num_classes = 2
        chosen = BASES[base]
        chosen.configure(self.config)
        if chosen.keypoint_map:
            self.config.model.center_net.keypoint_label_map_path = str(folder / "keypoints.pbtxt")
        self.messages = chosen.examples()
        self.payloads: dict[int, bytes] = {}
        self.order = list(range(len(self.messages)))
        self.labels, self.keypoint_map = LABEL_MAP.encode(), chosen.keypoint_map
        self.steps: int | None = None
        self._text_edits: list[tuple[str, str]] = []
        self._file_edits: list[tuple[str, Any]] = []

    def finish(self) -> None:
        """Writes what the edits have made."""
        text = text_format.MessageToString(self.config)
        for old, new in self._text_edits:
            if old not in text:
                raise Impossible(f"{old!r} is not in the config")
            text = text.replace(old, new, 1)
        self.pipeline.write_bytes(text.encode("utf-8", "surrogateescape"))
        self.label_map.write_bytes(self.labels)
        if self.keypoint_map:
            (self.folder / "keypoints.pbtxt").write_text(self.keypoint_map)
        data = b"".join(framed(self.payloads.get(index) or self._payload(index)) for index in self.order)
        evaluated = (
            bytes(message.SerializeToString(deterministic=True)) for message in BASES[self._base].examples(evaluating=True)
        )
        (self.folder / "eval.record").write_bytes(b"".join(map(framed, evaluated)))
        for what, value in self._file_edits:
            data = getattr(self, f"_file_{what}")(data, value)
        if data is not None:
            self.record.write_bytes(data)

    def _payload(self, index: int) -> bytes:
        return bytes(self.messages[index].SerializeToString(deterministic=True))

    def report(self) -> Report:
        """The validator's verdict."""
        return validate(
            Inputs(
                str(self.pipeline), model_dir=str(self.model_dir), num_steps=self.steps, checkpoint_every_n=1, gpus=1, processes=1
            )
        )

    # What is edited.

    def edit_config(self, path: str, text: str | None) -> None:
        """Sets a field (`model.ssd.num_classes`, `eval_input_reader[0].label_map_path`) to a value as text proto; None clears."""
        *parents, last = path.split(".")
        message = self.config
        for name in parents:
            message = _entered(message, name)
        name, _, index = last.rstrip("]").partition("[")
        if text is None and index:
            del getattr(message, name)[int(index)]
        elif text is None:
            message.ClearField(name)
        elif index and not hasattr(getattr(message, name)[int(index)], "ListFields"):
            scratch = type(message)()
            text_format.Merge(f"{name}: {text.replace('FOLDER', str(self.folder))}", scratch)
            getattr(message, name)[int(index)] = getattr(scratch, name)[0]
        else:
            separator = " " if text.startswith("{") else ": "
            text_format.Merge(f"{name}{separator}{text.replace('FOLDER', str(self.folder))}", message)

    def edit_config_text(self, old: str, new: str) -> None:
        """Replaces a text in the config, once all fields are set."""
        self._text_edits.append((old.replace("FOLDER", str(self.folder)), new.replace("FOLDER", str(self.folder))))

    def edit_label_map(self, text: str) -> None:
        """Another label map; a character above 255 is UTF-8, those of `latin-1:` are bytes."""
        self.labels = text[8:].encode("latin-1") if text.startswith("latin-1:") else text.encode()

    def edit_keypoint_map(self, text: str) -> None:
        """Another keypoint label map."""
        self.keypoint_map = text

    def edit_feature(self, record: int, name: str, kind: str | None, values: list[Any] | None = None) -> None:
        """Another feature; a kind of None removes it."""
        features = self.messages[record].features.feature
        features.pop(name, None)
        if kind == "none":
            features[name].CopyFrom(Feature())
        elif kind is not None:
            numbers = [float(value) if kind == "float" else value for value in values or []]
            features[name].CopyFrom(KINDS[kind](*numbers))

    def edit_image(self, record: int, how: Mapping[str, Any]) -> None:
        """Another picture; see support.mutations.picture."""
        self._set_image(record, picture(**how))

    def edit_image_byte(self, record: int, offset: int, value: int) -> None:
        """Another byte in the picture."""
        image = bytearray(self._image(record))
        image[offset] = value
        self._set_image(record, bytes(image))

    def edit_image_cut(self, record: int, length: int) -> None:
        """Only the first bytes of the picture."""
        self._set_image(record, self._image(record)[:length])

    def edit_image_append(self, record: int, more: str) -> None:
        """Bytes after the picture."""
        self._set_image(record, self._image(record) + more.encode("latin-1"))

    def _image(self, record: int) -> bytes:
        return bytes(self.messages[record].features.feature["image/encoded"].bytes_list.value[0])

    def _set_image(self, record: int, image: bytes) -> None:
        self.messages[record].features.feature["image/encoded"].CopyFrom(texts(image))

    def edit_records(self, order: list[int]) -> None:
        """Other records, by their numbers."""
        self.order = order

    def edit_payload(self, record: int, payload: str) -> None:
        """Bytes in place of an Example."""
        self.payloads[record] = payload.encode("latin-1")

    def edit_steps(self, steps: int) -> None:
        """--num_train_steps."""
        self.steps = steps

    def edit_resume(self, named: str) -> None:
        """The checkpoint in model_dir, and its name in the file `checkpoint` there."""
        shutil.copytree(self.checkpoint.parent, self.model_dir, dirs_exist_ok=True)
        self.edit_model_dir("checkpoint", f'model_checkpoint_path: "{named}"\n')

    def edit_model_dir(self, name: str, text: str) -> None:
        """A file in model_dir."""
        self.model_dir.mkdir(exist_ok=True)
        (self.model_dir / name).write_bytes(text.replace("FOLDER", str(self.folder)).encode("latin-1"))

    def edit_checkpoint_byte(self, suffix: str, offset: int, value: int) -> None:
        """Another byte in a file of the checkpoint."""
        path = Path(f"{self.checkpoint}.{suffix}")
        data = bytearray(path.read_bytes())
        data[offset] = value
        path.write_bytes(bytes(data))

    def edit_checkpoint_cut(self, suffix: str, length: int) -> None:
        """Only the first bytes of a file of the checkpoint."""
        path = Path(f"{self.checkpoint}.{suffix}")
        path.write_bytes(path.read_bytes()[:length])

    def edit_checkpoint_missing(self, suffix: str) -> None:
        """No such file of the checkpoint."""
        Path(f"{self.checkpoint}.{suffix}").unlink()

    def edit_file_byte(self, offset: int, value: int) -> None:
        """Another byte in the record file."""
        self._file_edits.append(("byte", (offset, value)))

    def edit_file_cut(self, length: int) -> None:
        """Only the first bytes of the record file."""
        self._file_edits.append(("cut", length))

    def edit_file_append(self, more: str) -> None:
        """Bytes after the last record."""
        self._file_edits.append(("append", more))

    def edit_file_gzip(self) -> None:
        """The record file, compressed."""
        self._file_edits.append(("gzip", None))

    def edit_file_missing(self) -> None:
        """No record file."""
        self._file_edits.append(("missing", None))

    def _file_byte(self, data: bytes, change: tuple[int, int]) -> bytes:
        changed = bytearray(data)
        changed[change[0]] = change[1]
        return bytes(changed)

    def _file_cut(self, data: bytes, length: int) -> bytes:
        return data[:length]

    def _file_append(self, data: bytes, more: str) -> bytes:
        return data + more.encode("latin-1")

    def _file_gzip(self, data: bytes, _: None) -> bytes:
        return gzip.compress(data, mtime=0)

    def _file_missing(self, *_: object) -> None:
        return None


def _entered(message: Any, name: str) -> Any:
    plain, _, index = name.rstrip("]").partition("[")
    value = getattr(message, plain)
    return value[int(index)] if index else value

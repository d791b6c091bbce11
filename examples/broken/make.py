"""Generate the directories of frequent mistakes from `sound`: each differs from it in one thing. The same input gives the same bytes.

python examples/broken/make.py [--out DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOUND = HERE / "sound"
PETS = HERE.parent / "pets"
RECORD = 1  # of the three, the one that is spoilt: 0-based, as findings count

sys.path.insert(0, str(HERE.parent))
import tfrecord


class Folder:
    """One mistake in the making: starts as a copy of `sound`'s config and training.yaml."""

    def __init__(self, name: str, out: Path) -> None:
        self.path = out / name
        self.named = f"examples/broken/{name}"  # as in the config: relative to the root of the repository
        self.config = (SOUND / "pipeline.config").read_text().partition("\n\n")[2]
        self.training = (SOUND / "training.yaml").read_text().replace("sound", name)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def say(self, wrong: str, right: str) -> int:
        """Write a mistake into the config, and return its line."""
        self.config, line = _replace(self.config, right, wrong)
        return line

    def train_from(self, file: str) -> int:
        """Names another record file than `sound`'s, and returns the line."""
        return self.say(file, "examples/broken/sound/pets.record")

    def spoil(self, features: dict[str, Callable[[Any], Any]]) -> None:
        """Write a record file of its own, in one record of which some features have other values."""
        payloads = list(tfrecord.read(SOUND / "pets.record"))
        message = tfrecord.Example.FromString(payloads[RECORD])
        for name, value in features.items():
            values = _values(message.features.feature[name])
            values[:] = [value(old) for old in values]
        payloads[RECORD] = message.SerializeToString(deterministic=True)
        tfrecord.write(self.path / "pets.record", payloads)
        self.train_from(f"{self.named}/pets.record")

    def label_map(self, wrong: str, right: str) -> int:
        """Write a label map of its own, with a mistake, and return its line."""
        text, line = _replace((PETS / "pet_label_map.pbtxt").read_text(), right, wrong)
        (self.path / "label_map.pbtxt").write_text(text)
        self.say(f"{self.named}/label_map.pbtxt", "examples/pets/pet_label_map.pbtxt")
        return line

    def expect(self, code: str, file: str, **place: str | int) -> None:
        """Write config, training.yaml, and what the validator must report: the code, and the place in a file of the directory."""
        (self.path / "pipeline.config").write_text(self.config)
        (self.path / "training.yaml").write_text(self.training)
        (self.path / "expected.json").write_text(
            json.dumps({"code": code, "file": f"{self.named}/{file}", **place}, indent=2) + "\n"
        )


def misspelt_field(folder: Folder) -> None:
    line = folder.say("num_clases: 37", "num_classes: 37")
    folder.expect("config/syntax-error", "pipeline.config", line=line)


def tf1_extractor(folder: Folder) -> None:
    line = folder.say('"ssd_mobilenet_v1_fpn"', '"ssd_mobilenet_v1_fpn_keras"')
    folder.expect("config/unknown-extractor", "pipeline.config", line=line, field="model.ssd.feature_extractor.type")


def label_map_syntax(folder: Folder) -> None:
    line = folder.label_map("name: 'basset_hound", "name: 'basset_hound'")
    folder.expect("label-map/syntax-error", "label_map.pbtxt", line=line)


def label_map_id_zero(folder: Folder) -> None:
    line = folder.label_map("id: 0\n", "id: 1\n")
    folder.expect("label-map/reserved-id", "label_map.pbtxt", line=line, field="item.id")


def class_text_not_in_map(folder: Folder) -> None:
    folder.spoil({"image/object/class/text": lambda text: text.replace(b"_", b" ")})
    folder.expect("records/class-text-not-in-map", "pets.record", record=RECORD, field="image/object/class/text")


def empty_record_file(folder: Folder) -> None:
    (folder.path / "pets.record").write_bytes(b"")
    folder.train_from(f"{folder.named}/pets.record")
    folder.expect("records/empty-file", "pets.record")


def wrong_record_path(folder: Folder) -> None:
    line = folder.train_from("examples/broken/sound/pets.tfrecord")
    folder.expect("records/no-file", "pipeline.config", line=line, field="train_input_reader.tf_record_input_reader.input_path")


def boxes_in_pixels(folder: Folder) -> None:
    folder.spoil(
        {
            "image/object/bbox/xmin": lambda x: x * 300,
            "image/object/bbox/xmax": lambda x: x * 300,
            "image/object/bbox/ymin": lambda y: y * 225,
            "image/object/bbox/ymax": lambda y: y * 225,
        }
    )
    folder.expect("records/boxes-in-pixels", "pets.record", record=RECORD, field="image/object/bbox/xmin")


def box_min_exceeds_max(folder: Folder) -> None:
    folder.spoil({"image/object/bbox/xmin": lambda _: 0.9})
    folder.expect("records/box-min-exceeds-max", "pets.record", record=RECORD, field="image/object/bbox/xmin")


def image_path_instead_of_bytes(folder: Folder) -> None:
    folder.spoil({"image/encoded": lambda _: b"images/miniature_pinscher_165.jpg"})
    folder.expect("records/image-is-a-path", "pets.record", record=RECORD, field="image/encoded")


def checkpoint_path_not_configured(folder: Folder) -> None:
    line = folder.say("PATH_TO_BE_CONFIGURED/mobilenet_v2.ckpt-1", "examples/broken/sound/checkpoint/ckpt-2")
    folder.expect("checkpoint/not-found", "pipeline.config", line=line, field="train_config.fine_tune_checkpoint")


def checkpoint_type_classification(folder: Folder) -> None:
    line = folder.say('fine_tune_checkpoint_type: "classification"', 'fine_tune_checkpoint_type: "detection"')
    folder.expect("checkpoint/type-mismatch", "pipeline.config", line=line, field="train_config.fine_tune_checkpoint_type")


MISTAKES = (
    misspelt_field,
    tf1_extractor,
    label_map_syntax,
    label_map_id_zero,
    class_text_not_in_map,
    empty_record_file,
    wrong_record_path,
    boxes_in_pixels,
    box_min_exceeds_max,
    image_path_instead_of_bytes,
    checkpoint_path_not_configured,
    checkpoint_type_classification,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="directory to write to")
    out = parser.parse_args().out
    for make in MISTAKES:
        make(Folder(make.__name__.replace("_", "-"), out))


def _replace(text: str, right: str, wrong: str) -> tuple[str, int]:
    """The text with something wrong in it, and the 1-based line of that."""
    assert text.count(right) == 1, right
    return text.replace(right, wrong), text[: text.index(right)].count("\n") + 1


def _values(feature: Any) -> Any:
    return getattr(feature, feature.WhichOneof("kind")).value


if __name__ == "__main__":
    main()

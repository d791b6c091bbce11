"""The 40 official TF2 configs, and each of them wired to the ten photographs of examples/pets."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from PIL import Image, ImageDraw

from detector_trainer.protos import message_class

ROOT = Path(__file__).resolve().parents[2]
PETS = ROOT / "examples" / "pets"
OFFICIAL_CONFIGS = tuple(sorted((ROOT / "tests" / "data" / "official_configs").glob("*.config")))
# Their model builder reads a keypoint label map whose path is a placeholder.
NEED_A_KEYPOINT_MAP = tuple(config for config in OFFICIAL_CONFIGS if "_kpts_" in config.name)
BUILDABLE = tuple(config for config in OFFICIAL_CONFIGS if config not in NEED_A_KEYPOINT_MAP)

sys.path.insert(0, str(ROOT / "examples"))
import tfrecord  # noqa: E402


def wire_to_pets(official: Path, directory: Path) -> Path:
    """Writes an official config into a directory, wired to examples/pets: 37 classes, its files, no fine-tune checkpoint.

    Configs that load masks get the pets with a mask for each box: the pets' own record has none, and would fail.
    """
    config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    text_format.Merge(official.read_text(), config)
    getattr(config.model, config.model.WhichOneof("model")).num_classes = 37
    for field in ("fine_tune_checkpoint", "fine_tune_checkpoint_type", "fine_tune_checkpoint_version"):
        config.train_config.ClearField(field)
    record = _pets_with_masks(directory) if config.train_input_reader.load_instance_masks else PETS / "pets_examples.record"
    for reader in (config.train_input_reader, *config.eval_input_reader):
        reader.label_map_path = str(PETS / "pet_label_map.pbtxt")
        reader.tf_record_input_reader.input_path[:] = [str(record)]
    wired = directory / official.name
    wired.write_text(text_format.MessageToString(config))
    return wired


def _pets_with_masks(directory: Path) -> Path:
    """A record file of the pets in which an ellipse in the box is the animal."""
    path = directory / "pets_with_masks.record"
    tfrecord.write(path, (_with_mask(payload) for payload in tfrecord.read(PETS / "pets_examples.record")))
    return path


def _with_mask(payload: bytes) -> bytes:
    message: Any = tfrecord.Example.FromString(payload)
    feature = message.features.feature
    width, height = (feature[f"image/{side}"].int64_list.value[0] for side in ("width", "height"))
    (box,) = zip(
        *(feature[f"image/object/bbox/{edge}"].float_list.value for edge in ("xmin", "ymin", "xmax", "ymax")), strict=True
    )
    mask, png = Image.new("L", (width, height)), io.BytesIO()
    ImageDraw.Draw(mask).ellipse([box[0] * width, box[1] * height, box[2] * width, box[3] * height], fill=1)
    mask.save(png, "PNG")
    feature["image/object/mask"].bytes_list.value.append(png.getvalue())
    return bytes(message.SerializeToString(deterministic=True))

"""The checkpoint that the training begins from: its path, its type, its files and the model it fits."""

from __future__ import annotations

from oracle.handmade.row import EXTRACTOR, case, config

TYPE, VERSION = "train_config.fine_tune_checkpoint_type", "train_config.fine_tune_checkpoint_version"

CHECKPOINTS = (
    config("40", "PATH_TO_BE_CONFIGURED", "train_config.fine_tune_checkpoint", '"PATH_TO_BE_CONFIGURED/ckpt-0"'),
    config("41", "the index", "train_config.fine_tune_checkpoint", '"FOLDER/zoo/ckpt-2.index"'),
    config("41", "the data", "train_config.fine_tune_checkpoint", '"FOLDER/zoo/ckpt-2.data-00000-of-00001"'),
    config("41", "the folder", "train_config.fine_tune_checkpoint", '"FOLDER/zoo"'),  # vocabulary: quoted
    config("43", "no version", VERSION, None),
    config("44", "no type", TYPE, None),
    config("44", "fine_tune", TYPE, '"fine_tune"'),
    config("45", "full with another num_classes", TYPE, '"full"'),
    config("45", "full with the same num_classes", TYPE, '"full"', ["config", "model.ssd.num_classes", "37"]),
    config("46", "another depth multiplier", f"{EXTRACTOR}.depth_multiplier", "0.05"),
    config("46", "another backbone", f"{EXTRACTOR}.type", '"ssd_mobilenet_v2_fpn_keras"'),
    config("46", "another FPN depth", f"{EXTRACTOR}.fpn.additional_layer_depth", "16"),
    case("48", "no data file", ["checkpoint-missing", "data-00000-of-00001"]),
    case("48", "data cut off", ["checkpoint-cut", "data-00000-of-00001", 40000]),
    case("48", "a flipped byte in a tensor", ["checkpoint-byte", "data-00000-of-00001", 20000, 7]),
    case("48", "an LFS pointer", ["checkpoint-cut", "index", 30]),
    config("49", "model_dir of the checkpoint", "train_config.fine_tune_checkpoint", '"FOLDER/model/ckpt-2"', ["resume", "ckpt-2"], ["model-dir", "checkpoint", ""]),
    config("N11", "no checkpoint", "train_config.fine_tune_checkpoint", None, ["config", TYPE, None], ["config", VERSION, None]),
)  # fmt: skip

"""The 62 known ways a training fails, and what the trainer does with each. Checks and failures refer to them by number.

docs/catalogue.md is generated from this, from the RULEs of the checks and from the classified failures.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """An entry of the catalogue."""

    title: str
    happens: str
    """What the trainer does, without this project."""
    only_training: str = ""
    """Why no check can find it, or all of it, before the training; and what `train` does about it."""


CATALOGUE: dict[int, Known] = {
    1: Known("misspelt or unknown field", "ends with `ParseError`"),
    2: Known(
        "Windows path", "`\\U` ends with `ParseError`; `\\n` and `\\t` become control characters, and the file is not found"
    ),
    3: Known("field or block written twice", "takes the last, silently"),
    4: Known("feature extractor of TF1, or unknown", "ends with `ValueError` or `KeyError`"),
    5: Known("num_classes 0 or unset", "trains boxes without classes, silently"),
    6: Known("wrong input_path", "ends with `RuntimeError`; of several paths those without files are left out, silently"),
    7: Known("wrong label_map_path", "ends with `NotFoundError`"),
    8: Known(
        "learning-rate schedule refused or NaN", "ends with `ValueError`, some only at the first step; a rate of NaN is silent"
    ),
    9: Known("more steps than total_steps", "trains with a rate of 0, silently"),
    10: Known(
        "learning rate too high for the batch",
        "the loss becomes NaN, and the trainer continues indefinitely",
        "Which rate is too high depends on the data: the check compares with the official configs; `train` checks every loss.",
    ),
    11: Known("image resizer", "ends with `ValueError` when the model is built, or with `Cannot add tensor to the batch`"),
    12: Known(
        "augmentation does not fit",
        "ends with `NameError`, `TypeError` or `ValueError`; some change what is learned, silently",
        "Only running an augmentation shows it: `validate --deep` does, on the first images.",
    ),
    13: Known("fields that TF2 ignores", "trains all variables, silently"),
    14: Known(
        "rules of the model builder",
        "ends with `ValueError` when the model is built, or with `KeyError` at the first step",
        "The builders have many rules: `validate --deep` runs them.",
    ),
    15: Known("load_all_detection_checkpoint_vars", "ends with `ValueError`"),
    16: Known("no number of steps", "ends with `TypeError` after building everything"),
    17: Known("label map does not parse", "ends with a `TypeError` about memoryview"),
    18: Known("label map id 0 or negative", "ends with `ValueError`"),
    19: Known("label map ids or names twice", "takes the last, silently"),
    20: Known("class/text not in the map", "drops the box, silently"),
    21: Known("label out of range", "trains the box as background, silently"),
    22: Known("text and label disagree, or text empty", "takes the text, silently; an empty one is the last item of the map"),
    23: Known("empty record file", "waits indefinitely; next to valid files it is left out, silently"),
    24: Known(
        "truncated or corrupt record file", "ends with `DataLossError` when it gets there; a few bytes at the end are silent"
    ),
    25: Known("training images in the evaluation", "trains; the evaluation measures memorised images"),
    26: Known("wrong feature names", "trains without boxes, silently; without an image it ends with `Input is empty`"),
    27: Known("wrong feature types", "ends with `Data types don't match`"),
    28: Known(
        "features of unequal lengths", "ends with a shape error; where there are too many values, drops the last, silently"
    ),
    29: Known("no boxes at all", "trains background only, silently"),
    30: Known("box minimum above maximum", "ends with `assertion failed`; under a cropping augmentation drops the box, silently"),
    31: Known("boxes in pixels", "an SSD trains, with a loss in the hundreds; Faster R-CNN and CenterNet end with an assertion"),
    32: Known(
        "NaN, infinite or empty boxes", "drops NaN; an infinite box makes the loss infinite; empty ones raise it; all silently"
    ),
    33: Known("image bytes that do not decode", "ends with `Unknown image file format`, `Uncompress failed` or a shape error"),
    34: Known("more boxes than max_number_of_boxes", "drops the last, silently"),
    35: Known("masks and keypoints", "ends with an index or reshape error; PNG masks of a wrong size or number are silent"),
    36: Known("wrong kind of Example", "ends with `Input is empty`, `Feature list … is required` or `Unsupported input_type`"),
    37: Known("source_id twice", "evaluates on a part of the images, with a line in the log"),
    38: Known("too little data, imbalance", "trains, but the model finds little"),
    39: Known("sampling weights", "ends with `TypeError`"),
    40: Known("checkpoint path wrong", "ends with `NotFoundError`"),
    41: Known("checkpoint path is not a prefix", "ends with `OSError`, `not an sstable` or `Is a directory`"),
    42: Known("checkpoint of TF1", "ends with `OSError`"),
    43: Known("checkpoint version V1", "ends with `ValueError`"),
    44: Known("checkpoint type unset or wrong", "ends with `AssertionError` or `ValueError`"),
    45: Known("full restore with other classes", "ends with `Shape mismatch`"),
    46: Known("checkpoint of another backbone", "ends with `Shape mismatch` or `AssertionError`"),
    47: Known("checkpoint that holds something else", "ends with `AssertionError`"),
    48: Known(
        "corrupt checkpoint",
        "ends with `not an sstable`, `Read less bytes` or `Checksum does not match`, after building the model",
    ),
    49: Known("model_dir is the directory of the checkpoint", "ends with `RuntimeError`"),
    50: Known("model_dir already at the last step", "ends with success without training"),
    51: Known("resume with another architecture, or damaged", "ends with `Shape mismatch` or `Read less bytes`"),
    52: Known("resume with another optimizer", "continues with momentums of zero, silently"),
    53: Known("checkpoint file points nowhere", "starts from step 0 and overwrites, silently"),
    54: Known("fewer steps than between two checkpoints", "never saves what it trained"),
    55: Known("batch not divisible by the GPUs", "ends with `ValueError`; a batch of 0 ends inside the model"),
    56: Known(
        "GPU memory",
        "ends with `ResourceExhaustedError`, immediately or at the first large batch",
        "The memory of a model depends on the GPU, its driver and other processes; `train` reports it when it happens.",
    ),
    57: Known(
        "host memory",
        "is killed",
        "The memory of buffers and masks depends on the records drawn; `train` and the operator report it when it happens.",
    ),
    58: Known(
        "fewer shards than workers",
        "a worker without a file ends with `StopIteration`, the others wait",
        "The number of workers belongs to the cluster, not to the config; `train` reports it when it happens.",
    ),
    59: Known(
        "flags",
        "ignores misspelt flags; without a config it ends with `TypeError`",
        "Flags belong to `train`: it rejects unknown ones and suggests the closest.",
    ),
    60: Known(
        "versions",
        "ends with `AttributeError` or `ImportError`",
        "It depends on the image that trains: `doctor` and `train` report it; the project's own image has compatible versions.",
    ),
    61: Known(
        "no visible GPU",
        "trains on the CPU, silently",
        "It depends on the machine that trains: `train --require-gpus` exits, `preflight` and `doctor` report it.",
    ),
    62: Known(
        "steps not a multiple of 100",
        "trains up to the next hundred",
        "The inputs are correct: `train` ends exactly at the last step, and reports each.",
    ),
}

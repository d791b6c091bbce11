"""One case for each entry of the catalogue of failures that can be judged here, what must not be rejected, and what was learned since.

Disagreements that the generator has found are kept at the end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from oracle.bases import KEYPOINT, MASK
from oracle.case import Case, Edit
from oracle.generate import ARCHITECTURES

BOX, CLASS = "image/object/bbox/", "image/object/class/"
LR = "train_config.optimizer.momentum_optimizer.learning_rate"
INPUT = "train_input_reader.tf_record_input_reader.input_path"
TYPE, VERSION = "train_config.fine_tune_checkpoint_type", "train_config.fine_tune_checkpoint_version"
AUGMENT = "train_config.data_augmentation_options"
RESIZER = "model.ssd.image_resizer"


PARTS_OF_A_MODEL = (
    "box_coder",
    "matcher",
    "similarity_calculator",
    "anchor_generator",
    "box_predictor",
    "loss.classification_loss",
    "loss.localization_loss",
)


class Row(NamedTuple):
    """A case with a name, and the entries of the catalogue that it is of: `30`, or `N4` for the fourth of what must not be rejected."""

    entries: str
    name: str
    case: Case


def case(entries: str, name: str, *edits: Edit, base: str = "plain") -> Row:
    """A row."""
    return Row(entries, name, Case(base, list(edits)))


def config(entries: str, name: str, path: str, text: str | None, *more: Edit, base: str = "plain") -> Row:
    """A row that differs in one field of the config."""
    return case(entries, name, ["config", path, text], *more, base=base)


def cosine(**fields: Any) -> str:
    """A schedule as text proto."""
    return f"{{ cosine_decay_learning_rate {{ {' '.join(f'{name}: {value}' for name, value in fields.items())} }} }}"


def augmented(entries: str, step: str, *more: Edit, base: str = "plain") -> Row:
    """A row with an augmentation."""
    return config(entries, f"augmentation {step} on {base}", AUGMENT, f"{{ {step} }}", *more, base=base)


def resized(name: str, resizer: str) -> Row:
    """A row with another image resizer."""
    return config("11", name, RESIZER, None, ["config", RESIZER, f"{{ {resizer} }}"], base="from scratch")


def box(entries: str, name: str, side: str, value: float | str, base: str = "plain") -> Row:
    """A row with another side of the one box of record 1."""
    return case(entries, name, ["feature", 1, BOX + side, "float", [value]], base=base)


def label_map(entries: str, name: str, text: str, *more: Edit, base: str = "plain") -> Row:
    """A row with another label map."""
    return case(entries, name, ["label-map", text], *more, base=base)


def no_sides(*records: int) -> list[Edit]:
    """No features of boxes."""
    names = [BOX + side for side in ("ymin", "xmin", "ymax", "xmax")] + [CLASS + "text", CLASS + "label"]
    return [["feature", record, name, None] for record in records for name in names]


CAT, DOG = "item { id: 1 name: 'cat' }", "item { id: 2 name: 'dog' }"
SIDES = ("ymin", "xmin", "ymax", "xmax")

CONFIG = [
    case("1", "a misspelt field", ["config-text", "batch_size", "batchsize"]),
    case("1", "an unknown block", ["config-text", "train_config {", "input_reader {\n}\ntrain_config {"]),
    config("2", "a Windows path", INPUT + "[0]", r'"C:\\data\new.record"'),
    case("2", "a Windows path with an escape", ["config-text", '"FOLDER/train.record"', r'"C:\Users\me\train.record"']),
    case("3", "a field twice", ["config-text", "  batch_size: 2\n", "  batch_size: 2\n  batch_size: 1\n"]),
    config("4", "an extractor of TF1", "model.ssd.feature_extractor.type", '"ssd_mobilenet_v2"'),
    config("4", "an extractor of another architecture", "model.ssd.feature_extractor.type", '"faster_rcnn_resnet50_keras"'),
    config("4", "no model", "model", None),
    *(config("14", f"no {block}", f"model.ssd.{block}", None) for block in PARTS_OF_A_MODEL),
    config("5", "no num_classes", "model.ssd.num_classes", None),
    config("6", "no such input_path", INPUT + "[0]", '"/nowhere/train.record"'),
    case("6", "one of two paths is missing", ["config", INPUT, '"/nowhere/train.record"']),
    config("6", "a folder as input_path", INPUT + "[0]", '"FOLDER"'),
    config("6", "no input_path", INPUT, None),
    config("7", "no such label map", "train_input_reader.label_map_path", '"/nowhere/label_map.pbtxt"'),
    config("7", "no label_map_path", "train_input_reader.label_map_path", None),
    config("8", "no optimizer", "train_config.optimizer", None),
    config("8", "no learning rate", LR, None),
    config("8", "base below warmup", LR, cosine(learning_rate_base=0.001, warmup_learning_rate=0.01, warmup_steps=2, total_steps=10)),
    config("8", "total below warmup by default", LR, cosine(learning_rate_base=0.01, total_steps=100)),
    config("8", "total is warmup and hold", LR, cosine(learning_rate_base=0.01, warmup_learning_rate=0.001, warmup_steps=5, hold_base_rate_steps=5, total_steps=10)),
    config("8", "a manual step at 0", LR, "{ manual_step_learning_rate { initial_learning_rate: 0.01 schedule { step: 0 learning_rate: 0.1 } } }"),
    config("8", "manual steps that fall", LR, "{ manual_step_learning_rate { schedule { step: 5 learning_rate: 0.1 } schedule { step: 4 learning_rate: 0.1 } } }"),
    config("8", "an empty manual schedule", LR, "{ manual_step_learning_rate { } }"),
    config("8", "an exponential schedule", LR, "{ exponential_decay_learning_rate { } }"),
    config("8", "warmup to the end", LR, cosine(learning_rate_base=0.01, warmup_learning_rate=0.001, warmup_steps=5, total_steps=5)),
    config("8", "an exponential schedule of 0 steps", LR, "{ exponential_decay_learning_rate { decay_steps: 0 } }"),
    config("8", "an exponential schedule with a negative factor", LR, "{ exponential_decay_learning_rate { decay_steps: 5 decay_factor: -1 staircase: false } }"),
    config("8", "a rate of 0", LR, "{ constant_learning_rate { learning_rate: 0 } }"),
    config("8", "a rate of NaN", LR, "{ constant_learning_rate { learning_rate: nan } }"),
    config("8", "a later rate of NaN", LR, "{ manual_step_learning_rate { schedule { step: 50 learning_rate: nan } } }"),
    config("9", "steps beyond the schedule", LR, cosine(learning_rate_base=0.001, warmup_learning_rate=0.001, warmup_steps=1, total_steps=5)),
    config("10", "a huge learning rate", LR, "{ constant_learning_rate { learning_rate: 1e6 } }"),
    config("11", "no resizer", "model.ssd.image_resizer", None),
    config("11", "min above max", "model.ssd.image_resizer", "{ keep_aspect_ratio_resizer { min_dimension: 300 max_dimension: 200 } }"),
    config("11", "mixed sizes in a batch of 2", "train_config.batch_size", "2", base="keep aspect"),
    config("11", "32 pixels", "model.ssd.image_resizer", "{ fixed_shape_resizer { height: 32 width: 32 } }"),
    config("11", "300 pixels and an FPN", "model.ssd.image_resizer", "{ fixed_shape_resizer { height: 300 width: 300 } }"),
    config("11", "300 pixels, padded to 32", "model.ssd.image_resizer", "{ fixed_shape_resizer { height: 300 width: 300 } }", ["config", "model.ssd.feature_extractor.pad_to_multiple", "32"]),
    config("13", "freeze_variables", "train_config.freeze_variables", '"x"'),
    config("13", "bias_grad_multiplier", "train_config.bias_grad_multiplier", "2"),
    config("15", "load_all_detection_checkpoint_vars", "train_config.load_all_detection_checkpoint_vars", "true"),
    config("16", "no num_steps", "train_config.num_steps", None),
    case("16", "no num_steps, but a flag", ["config", "train_config.num_steps", None], ["steps", 5]),
    config("36", "input_type 0", "train_input_reader.input_type", "INPUT_DEFAULT"),
    config("36", "Examples read as SequenceExamples", "train_input_reader.input_type", "TF_SEQUENCE_EXAMPLE"),
    config("39", "two weights for one path", "train_input_reader.sample_from_datasets_weights", "1", ["config", "train_input_reader.sample_from_datasets_weights", "2"]),
    config("55", "a batch of 0", "train_config.batch_size", "0"),
    config("N8", "bfloat16", "train_config.use_bfloat16", "true"),
    config("N9", "one epoch", "train_input_reader.num_epochs", "1"),
    config("N9", "one epoch of fewer records than a batch", "train_input_reader.num_epochs", "1", ["config", "train_config.batch_size", "8"]),
    config("N9", "fewer records than a batch", "train_config.batch_size", "8"),
    config("N12", "RMSprop", "train_config.optimizer", "{ rms_prop_optimizer { learning_rate { constant_learning_rate { learning_rate: 0.001 } } } }"),
    config("N12", "two eval_input_readers", "eval_input_reader", "{ }"),
    config("N7", "a pattern", INPUT + "[0]", '"FOLDER/trai?.record"'),
    case("-", "a byte order mark", ["config-text", "model {", "\N{ZERO WIDTH NO-BREAK SPACE}model {"]),
]  # fmt: skip

LABEL_MAPS = [
    label_map("17", "a syntax error", f"{CAT}\nitem {{ id: 2 name: dog }}"),
    label_map("17", "smart quotes", f"{CAT}\nitem {{ id: 2 name: \N{LEFT SINGLE QUOTATION MARK}dog\N{RIGHT SINGLE QUOTATION MARK} }}"),
    label_map("17", "a byte order mark in the label map", f"\ufeff{CAT}\n{DOG}"),
    label_map("17", "an empty label map", ""),
    label_map("17", "a label map in UTF-16", "latin-1:" + f"{CAT}\n{DOG}".encode("utf-16").decode("latin-1")),
    label_map("18", "id 0", f"item {{ id: 0 name: 'cat' }}\n{DOG}"),
    label_map("18", "no id", f"item {{ name: 'cat' }}\n{DOG}"),
    label_map("18", "a negative id", f"item {{ id: -1 name: 'cat' }}\n{DOG}"),
    label_map("19", "two ids in an item", f"item {{ id: 1 id: 3 name: 'cat' }}\n{DOG}"),
    label_map("19", "an id twice", "item { id: 1 name: 'cat' }\nitem { id: 1 name: 'dog' }"),
    label_map("19", "a name twice", f"{CAT}\n{DOG}\nitem {{ id: 1 name: 'dog' }}"),
    label_map("20", "another case", f"item {{ id: 1 name: 'Cat' }}\n{DOG}"),
    label_map("20", "a space", f"item {{ id: 1 name: 'cat ' }}\n{DOG}"),
    label_map("22", "a display name that is another's name", f"item {{ id: 1 name: 'cat' display_name: 'dog' }}\n{DOG}"),
    label_map("22", "a display name that is another's name, and wins", f"{CAT}\nitem {{ id: 2 name: 'dog' display_name: 'cat' }}"),
    label_map("N3", "background as 0", f"item {{ id: 0 name: 'background' }}\n{CAT}\n{DOG}"),
    label_map("N4", "display names that repeat", "item { id: 1 name: 'cat' display_name: 'animal' }\nitem { id: 2 name: 'dog' display_name: 'animal' }"),
    label_map("N6", "commas", "item: { id: 1, name: 'cat', },\nitem { id: 2; name: 'dog' }"),
    label_map("N7", "a binary label map", "latin-1:\x0a\x07\x0a\x03cat\x10\x01\x0a\x07\x0a\x03dog\x10\x02"),
    label_map("N3", "gaps in the ids", f"{CAT}\nitem {{ id: 90 name: 'dog' }}", ["config", "model.ssd.num_classes", "90"], ["feature", 0, CLASS + "label", None], ["feature", 1, CLASS + "label", None], ["feature", 2, CLASS + "label", None]),
]  # fmt: skip

RECORDS = [
    case("20", "a text that is not in the map", ["feature", 1, CLASS + "text", "bytes", ["cow"]]),
    case("20", "the same under a crop", ["feature", 1, CLASS + "text", "bytes", ["cow"]], base="crop"),
    case("21", "a label above num_classes", ["feature", 1, CLASS + "label", "int", [3]], base="no map"),
    case("21", "label 0", ["feature", 1, CLASS + "label", "int", [0]], base="no map"),
    case("22", "text against label", ["feature", 1, CLASS + "label", "int", [1]]),
    case("22", "an empty text", ["feature", 1, CLASS + "text", "bytes", [""]], ["feature", 1, CLASS + "label", "int", [1]]),
    case("23", "0 bytes", ["file-cut", 0]),
    case("23", "11 bytes", ["file-cut", 11]),
    case("24", "cut off", ["file-cut", 500]),
    case("24", "a flipped byte", ["file-byte", 600, 7]),
    case("24", "gzip", ["file-gzip"]),
    case("24", "seven bytes behind", ["file-append", "1234567"]),
    case("26", "boxes under other names", *no_sides(0, 1, 2), ["feature", 0, "image/object/bbox/x_min", "float", [0.1]]),
    case("26", "no image/encoded", ["feature", 1, "image/encoded", None]),
    case("27", "boxes as ints", ["feature", 1, BOX + "xmin", "int", [0]]),
    case("27", "two heights", ["feature", 1, "image/height", "int", [1, 2]]),
    case("28", "two xmin for one box", ["feature", 1, BOX + "xmin", "float", [0.1, 0.2]]),
    case("28", "one label for two boxes", ["feature", 0, CLASS + "text", "bytes", ["cat"]]),
    case("28", "one is_crowd for two boxes", ["feature", 0, "image/object/is_crowd", "int", [0]]),
    case("28", "two texts for one box", ["feature", 1, CLASS + "text", "bytes", ["dog", "cat"]]),
    case("28", "a short group_of", ["feature", 0, "image/object/group_of", "int", [0]]),
    case("28", "a short weight", ["feature", 0, "image/object/weight", "float", [1]]),
    case("28", "a short weight under a crop", ["feature", 0, "image/object/weight", "float", [1]], base="crop"),
    case("29", "no box at all", *no_sides(0, 1, 2)),
    box("30", "xmin above xmax", "xmin", 0.9),
    box("30", "xmin above xmax under a crop", "xmin", 0.9, base="crop"),
    box("31", "pixels", "xmax", 50),
    box("31", "pixels under a crop", "xmax", 50, base="crop"),
    box("N2", "1.05", "xmax", 1.05),
    box("N2", "a little negative", "xmin", -0.01),
    box("32", "NaN", "xmin", "nan"),
    box("32", "NaN under a crop", "xmin", "nan", base="crop"),
    box("32", "infinity", "xmax", "inf"),
    box("32", "infinity under a crop", "xmax", "inf", base="crop"),
    box("32", "no area", "xmin", 0.7),
    case("33", "a path", ["feature", 1, "image/encoded", "bytes", ["/data/cat.jpg"]]),
    *(case("33", f"a {kind}", ["image", 1, {"kind": kind}]) for kind in ("TIFF", "GIF", "WEBP")),
    case("33", "a WebP under a crop", ["image", 1, {"kind": "WEBP"}], base="crop"),
    case("33", "half a JPEG", ["image", 1, {"width": 200, "height": 150}], ["image-cut", 1, 900]),
    case("33", "format raw", ["feature", 1, "image/format", "bytes", ["raw"]]),
    case("34", "101 boxes", *(["feature", 1, BOX + side, "float", [value] * 101] for side, value in zip(SIDES, (0.1, 0.1, 0.5, 0.6), strict=True)), ["feature", 1, CLASS + "text", "bytes", ["dog"] * 101], ["feature", 1, CLASS + "label", "int", [2] * 101]),
    case("35", "masks asked for, and none there", ["config", "train_input_reader.load_instance_masks", "true"]),
    case("35", "PNG masks read as numbers", ["config", "train_input_reader.mask_type", "NUMERICAL_MASKS"], base="PNG masks"),
    case("35", "a mask short", ["feature", 0, MASK, "float", [1.0] * 64 * 48], base="numerical masks"),
    case("35", "keypoints short", ["feature", 0, KEYPOINT + "x", "float", [0.5] * 5], base="keypoints"),
    config("35", "another num_keypoints", "train_input_reader.num_keypoints", "4", base="keypoints"),
    case("36", "no proto", ["payload", 1, "hello world"]),
    case("N1", "a record without boxes", *no_sides(1)),
    case("N1", "a record without boxes under a crop", *no_sides(1), base="crop"),
    case("N4", "texts without labels", *(["feature", record, CLASS + "label", None] for record in range(3))),
    case("N4", "labels without texts", *(["feature", record, CLASS + "text", None] for record in range(3))),
    case("N5", "no height, no width, no format", *(["feature", 1, f"image/{name}", None] for name in ("height", "width", "format"))),
    case("N5", "a PNG said to be a JPEG", ["image", 1, {"kind": "PNG"}]),
    *(case("N5", f"a {mode} {kind}", ["image", 1, {"kind": kind, "mode": mode}]) for kind, mode in (("PNG", "RGBA"), ("JPEG", "CMYK"), ("JPEG", "L"), ("BMP", "RGB"))),
    case("N13", "difficult of each box", ["feature", 0, "image/object/difficult", "int", [0, 1]]),
    case("-", "1 x 1", ["image", 1, {"width": 1, "height": 1}]),
    case("-", "bytes behind a JPEG", ["image-append", 1, "trailing"]),
]  # fmt: skip

CHECKPOINTS = [
    config("40", "PATH_TO_BE_CONFIGURED", "train_config.fine_tune_checkpoint", '"PATH_TO_BE_CONFIGURED/ckpt-0"'),
    config("41", "the index", "train_config.fine_tune_checkpoint", '"FOLDER/zoo/ckpt-2.index"'),
    config("41", "the data", "train_config.fine_tune_checkpoint", '"FOLDER/zoo/ckpt-2.data-00000-of-00001"'),
    config("41", "the folder", "train_config.fine_tune_checkpoint", '"FOLDER/zoo"'),
    config("43", "no version", VERSION, None),
    config("44", "no type", TYPE, None),
    config("44", "fine_tune", TYPE, '"fine_tune"'),
    config("45", "full with another num_classes", TYPE, '"full"'),
    config("45", "full with the same num_classes", TYPE, '"full"', ["config", "model.ssd.num_classes", "37"]),
    config("46", "another depth multiplier", "model.ssd.feature_extractor.depth_multiplier", "0.05"),
    config("46", "another backbone", "model.ssd.feature_extractor.type", '"ssd_mobilenet_v2_fpn_keras"'),
    config("46", "another FPN depth", "model.ssd.feature_extractor.fpn.additional_layer_depth", "16"),
    case("48", "no data file", ["checkpoint-missing", "data-00000-of-00001"]),
    case("48", "data cut off", ["checkpoint-cut", "data-00000-of-00001", 40000]),
    case("48", "a flipped byte in a tensor", ["checkpoint-byte", "data-00000-of-00001", 20000, 7]),
    case("48", "an LFS pointer", ["checkpoint-cut", "index", 30]),
    config("49", "model_dir of the checkpoint", "train_config.fine_tune_checkpoint", '"FOLDER/model/ckpt-2"', ["resume", "ckpt-2"], ["model-dir", "checkpoint", ""]),
    config("N11", "no checkpoint", "train_config.fine_tune_checkpoint", None, ["config", TYPE, None], ["config", VERSION, None]),
]  # fmt: skip

AUGMENTATIONS = [
    *(
        augmented("12", step)
        for step in (
            "autoaugment_image { }",
            "normalize_image { }",
            "normalize_image { original_minval: 0 original_maxval: 255 target_minval: 0 target_maxval: 255 }",
            "subtract_channel_mean { }",
            "subtract_channel_mean { means: 1 means: 2 means: 3 }",
            "convert_class_logits_to_softmax { }",
            "random_pad_image { min_image_height: 50 }",
            "random_pad_image { pad_color: 1 pad_color: 2 }",
            "random_crop_pad_image { min_padded_size_ratio: 1 }",
            "random_crop_image { min_area: 0 }",
            "random_crop_image { max_area: 2 }",
            "random_crop_image { min_area: 0.5 max_area: 0.2 }",
            "random_crop_image { min_aspect_ratio: 0 }",
            "random_crop_image { min_object_covered: -1 }",
            "rgb_to_gray { }",
            "scale_boxes_to_pixel_coordinates { }",
            "remap_labels { original_labels: 1 new_label: 5 }",
            "remap_labels { original_labels: 1 new_label: 2 }",
            "remap_labels { }",
            "",
            "ssd_random_crop { }",
            "ssd_random_crop { operations { } }",
            "ssd_random_crop_pad { }",
            "ssd_random_crop_fixed_aspect_ratio { }",
            "ssd_random_crop_pad_fixed_aspect_ratio { }",
            "resize_image { new_height: 50 }",
            "random_resize_method { }",
            "random_resize_method { target_height: 50 target_width: 50 }",
            "random_jpeg_quality { min_jpeg_quality: 50 max_jpeg_quality: 20 }",
            "random_square_crop_by_scale { num_scales: 0 }",
            "random_scale_crop_and_pad_to_square { output_size: 0 }",
            "random_patch_gaussian { min_patch_size: 0 }",
            "random_patch_gaussian { min_patch_size: 300 }",
            "random_downscale_to_target_pixels { min_target_pixels: 600000 }",
            "random_downscale_to_target_pixels { min_target_pixels: 900000 }",
            "random_crop_to_aspect_ratio { aspect_ratio: 0 }",
            "drop_label_probabilistically { label: 1 }",
        )
    ),
    augmented("12", "random_horizontal_flip { }", base="keypoints"),
    augmented(
        "12",
        "random_horizontal_flip { keypoint_flip_permutation: 0 keypoint_flip_permutation: 2 keypoint_flip_permutation: 1 }",
        base="keypoints",
    ),
    augmented("12", "ssd_random_crop_pad { }", base="PNG masks"),
    config("12", "rgb_to_gray from scratch", AUGMENT, "{ rgb_to_gray { } }", base="from scratch"),
]

NMS = "model.ssd.post_processing.batch_non_max_suppression"
STAGES = "model.faster_rcnn"
KEYPOINT_TASK = "model.center_net.keypoint_estimation_task[0]"
CONFIDENCES = "model.ssd.use_confidences_as_targets"

MODELS = [
    config("14", "an IoU above 1", f"{NMS}.iou_threshold", "1.5"),
    config("14", "an IoU of nothing", f"{NMS}.iou_threshold", "nan"),
    config("14", "a negative soft_nms_sigma", f"{NMS}.soft_nms_sigma", "-0.5"),
    config("14", "combined and class-agnostic suppression", NMS, "{ use_combined_nms: true use_class_agnostic_nms: true }"),
    config(
        "14",
        "two backgrounds",
        "model.ssd.explicit_background_class",
        "true",
        ["config", "model.ssd.add_background_class", "true"],
    ),
    config("14", "an explicit background", "model.ssd.explicit_background_class", "true"),
    config("14", "a miner beside focal loss", "model.ssd.loss.hard_example_miner", "{ }"),
    config("14", "a sampler of negatives", "model.ssd.loss.random_example_sampler.positive_sample_fraction", "0"),
    config("14", "unmatched above matched", "model.ssd.matcher.argmax_matcher.unmatched_threshold", "0.75"),
    config(
        "14",
        "unmatched above matched, ignored",
        "model.ssd.matcher.argmax_matcher",
        "{ unmatched_threshold: 0.75 ignore_thresholds: true }",
    ),
    config("14", "negatives between equals", "model.ssd.matcher.argmax_matcher.negatives_lower_than_unmatched", "false"),
    config(
        "14",
        "negatives between",
        "model.ssd.matcher.argmax_matcher",
        "{ unmatched_threshold: 0.25 negatives_lower_than_unmatched: false }",
    ),
    *(config("N15", f"{base} as it is", "train_config.batch_size", "2", base=base) for base in ARCHITECTURES),
    config("N15", "confidences as targets", CONFIDENCES, "true", ["config", "train_config.unpad_groundtruth_tensors", "false"]),
    config(
        "14",
        "confidences as targets without a background",
        CONFIDENCES,
        "true",
        ["config", "model.ssd.add_background_class", "false"],
    ),
    config("14", "expected loss weights", "model.ssd.loss.expected_loss_weights", "EXPECTED_SAMPLING"),
    *(
        config("14", f"{name} {value}", f"{STAGES}.{name}", value, base="Faster R-CNN")
        for name, value in (
            ("maxpool_kernel_size", "0"),
            ("maxpool_kernel_size", "15"),
            ("maxpool_stride", "0"),
            ("initial_crop_size", "0"),
            ("second_stage_batch_size", "0"),
        )
    ),
    config("N15", "maxpool_kernel_size 14", f"{STAGES}.maxpool_kernel_size", "14", base="Faster R-CNN"),
    config(
        "N15",
        "second_stage_batch_size 0 beside a miner",
        f"{STAGES}.second_stage_batch_size",
        "0",
        ["config", f"{STAGES}.hard_example_miner", "{ }"],
        base="Faster R-CNN",
    ),
    config(
        "N15",
        "one stage without pooling",
        f"{STAGES}.maxpool_kernel_size",
        "0",
        ["config", f"{STAGES}.number_of_stages", "1"],
        base="Faster R-CNN",
    ),
    config("14", "four stages", f"{STAGES}.number_of_stages", "4", base="Faster R-CNN"),
    config("14", "three stages without a mask head", f"{STAGES}.number_of_stages", "3", base="Faster R-CNN"),
    config("N15", "one stage", f"{STAGES}.number_of_stages", "1", base="Faster R-CNN"),
    config("14", "Faster R-CNN, in-place batch norm", f"{STAGES}.inplace_batchnorm_update", "true", base="Faster R-CNN"),
    config("14", "a negative IoU of proposals", f"{STAGES}.first_stage_nms_iou_threshold", "-0.1", base="Faster R-CNN"),
    config(
        "14",
        "more detections of a class than in all, second stage",
        f"{STAGES}.second_stage_post_processing.batch_non_max_suppression.max_total_detections",
        "1",
        base="Faster R-CNN",
    ),
    config(
        "14",
        "more detections of a class than in all, CenterNet",
        "model.center_net.post_processing.batch_non_max_suppression.max_total_detections",
        "1",
        base="CenterNet",
    ),
]

PARTS_OF_OTHERS = [
    config("14", "no anchors of the first stage", f"{STAGES}.first_stage_anchor_generator", None, base="Faster R-CNN"),
    config(
        "14",
        "one stage, and no predictor of the second",
        f"{STAGES}.second_stage_box_predictor",
        None,
        ["config", f"{STAGES}.number_of_stages", "1"],
        base="Faster R-CNN",
    ),
    *(
        config("14", f"keypoints without {part}", f"{KEYPOINT_TASK}.{part}", None, base="CenterNet with keypoints")
        for part in ("loss", "loss.classification_loss", "loss.localization_loss")
    ),
    config(
        "14", "no loss of masks", "model.center_net.mask_estimation_task.classification_loss", None, base="CenterNet with masks"
    ),
]
"""Parts of other architectures than SSD."""

EXTRACTOR, ANCHORS = "model.ssd.feature_extractor", "model.ssd.anchor_generator"
LEVELS, GRID = f"{EXTRACTOR}.fpn", f"{ANCHORS}.multiscale_anchor_generator"


def levels(
    entries: str, low: str, high: str, first: str, last: str, base: str, *, of: str = "", top: int = 7, block: str = LEVELS
) -> Row:
    """A row with other levels of a pyramid, 3 to `top` as it is, and anchors for others; empty for what stays."""
    fields = [f"{path}.{level}" for path in (block, GRID) for level in ("min_level", "max_level")]
    return case(
        entries,
        f"{of}levels {low or 3} to {high or top}, anchors for {first or 3} to {last or top}",
        *(["config", field, value] for field, value in zip(fields, (low, high, first, last), strict=True) if value),
        base=base,
    )


EXTRACTORS = [
    *(
        config("14", f"an extractor with {option}", f"{EXTRACTOR}.{option}", value, base="from scratch")
        for option, value in (
            ("bifpn", "{ }"),
            ("num_layers", "3"),
            ("replace_preprocessor_with_placeholder", "false"),
            ("spaghettinet_arch_name", "'x'"),
        )
    ),
    *(
        config("N15", f"an extractor with {option}", f"{EXTRACTOR}.{option}", value, base="from scratch")
        for option, value in (("depth_multiplier", "0"), ("type", "'ssd_mobilenet_v2_fpn_keras'"))
    ),
    config("14", "stride 8", f"{STAGES}.feature_extractor.first_stage_features_stride", "8", base="Faster R-CNN"),
    *(
        config(entries, name, f"{STAGES}.feature_extractor.{option}", value, base="Faster R-CNN with an FPN")
        for entries, name, option, value in (
            ("14", "an FPN with stride 32", "first_stage_features_stride", "32"),
            ("N15", "an FPN with stride 8", "first_stage_features_stride", "8"),
            ("14", "an FPN without conv_hyperparams", "conv_hyperparams", None),
        )
    ),
]
"""Options that the type of the feature extractor takes or not."""

FEATURE_MAPS = [
    *(
        levels(*row, "from scratch", top=5)
        for row in (
            ("14", "", "6", "", ""),
            ("14", "4", "", "", ""),
            ("N15", "4", "6", "", ""),
            ("N15", "", "6", "", "6"),
            ("N15", "2", "", "2", ""),
            ("N15", "5", "", "5", ""),
            ("14", "1", "", "1", ""),
            ("14", "0", "", "0", ""),
            ("14", "-1", "", "-1", ""),
            ("14", "6", "7", "6", "7"),
            ("14", "5", "4", "5", "4"),
        )
    ),
    config("14", "the levels of no fpn block", LEVELS, None, base="from scratch"),
    config(
        "N15",
        "the levels of no fpn block, and their anchors",
        LEVELS,
        None,
        ["config", f"{GRID}.max_level", "7"],
        base="from scratch",
    ),
    *(
        case(
            entries,
            f"ssd_mobilenet_{version}_keras with {layers or 6} layers, anchors for 3 to {last or 5}",
            ["config", f"{EXTRACTOR}.type", f"'ssd_mobilenet_{version}_keras'"],
            ["config", LEVELS, None],
            *(
                ["config", field, value]
                for field, value in ((f"{EXTRACTOR}.num_layers", layers), (f"{GRID}.max_level", last))
                if value
            ),
            base="from scratch",
        )
        for version, entries, layers, last in (
            ("v1", "14", "", ""),
            ("v1", "N15", "", "8"),
            ("v1", "N15", "4", "6"),
            ("v1", "14", "4", ""),
            ("v2", "14", "", ""),
            ("v2", "N15", "", "8"),
            ("v2", "N15", "3", ""),
            ("v2", "N15", "5", "7"),
            ("v2", "N15", "9", "8"),
            ("v2", "14", "9", "11"),
            ("v1", "N15", "9", "8"),
        )
    ),
    *(
        config(
            entries,
            f"three feature maps and {generator}",
            ANCHORS,
            None,
            ["config", ANCHORS, f"{{ {generator} }}"],
            base="from scratch",
        )
        for entries, generator in (
            ("N15", "ssd_anchor_generator { num_layers: 3 aspect_ratios: 1 reduce_boxes_in_lowest_layer: false }"),
            ("14", "ssd_anchor_generator { num_layers: 4 aspect_ratios: 1 reduce_boxes_in_lowest_layer: false }"),
            (
                "N15",
                "ssd_anchor_generator { num_layers: 6 scales: 0.1 scales: 0.2 scales: 0.3 aspect_ratios: 1 reduce_boxes_in_lowest_layer: false }",
            ),
            ("14", "grid_anchor_generator { scales: 1 aspect_ratios: 1 }"),
            (
                "14",
                "flexible_grid_anchor_generator { anchor_grid { base_sizes: 9 aspect_ratios: 1 height_stride: 8 width_stride: 8 } anchor_grid { base_sizes: 9 aspect_ratios: 1 height_stride: 16 width_stride: 16 } }",
            ),
        )
    ),
    config(
        "14",
        "a Faster R-CNN of 4 levels, and anchors for 5",
        f"{STAGES}.feature_extractor.fpn.max_level",
        "5",
        base="Faster R-CNN with an FPN",
    ),
    config(
        "14", "a Faster R-CNN from level 1", f"{STAGES}.feature_extractor.fpn.min_level", "1", base="Faster R-CNN with an FPN"
    ),
    config("N15", "a Faster R-CNN of no fpn block", f"{STAGES}.feature_extractor.fpn", None, base="Faster R-CNN with an FPN"),
]
"""Levels of a pyramid, and the anchors for them."""

BACKBONES = [
    *(
        config(entries, f"CenterNet with {kind}", "model.center_net.feature_extractor.type", f"'{kind}'", base="CenterNet")
        for entries, kind in (
            ("4", "resnet_v1_18_fpn"),
            ("4", "resnet_v1_34_fpn"),
        )
    ),
    *(
        config(
            "N15",
            f"CenterNet with {kind} of another depth",
            "model.center_net.feature_extractor.type",
            f"'{kind}'",
            ["config", "model.center_net.feature_extractor.depth_multiplier", depth],
            base="CenterNet",
        )
        for kind, depth in (("mobilenet_v2", "0.5"), ("mobilenet_v2_fpn", "0.5"), ("mobilenet_v2_fpn_sep_conv", "1.4"))
    ),
]
"""Extractors of a CenterNet that this Keras builds or not; those that download weights are not asked, as that depends on a network."""

CENTER_NET = "model.center_net"
DEEPMAC = f"{CENTER_NET}.deepmac_mask_estimation"
BIFPN = f"{EXTRACTOR}.bifpn"

OF_EFFICIENTDET = [
    *(
        case(
            entries,
            f"EfficientDet, {', '.join(f'{field} {value}' for field, value in changes.items())}",
            *(["config", f"{EXTRACTOR}.{field}", value] for field, value in changes.items()),
            base="EfficientDet",
        )
        for entries, changes in (
            ("14", {"depth_multiplier": "0.5"}),
            ("14", {"use_explicit_padding": "true"}),
            ("14", {"use_depthwise": "true"}),
            ("14", {"num_layers": "6"}),
            ("14", {"fpn": "{ }"}),
            ("14", {"bifpn.combine_method": "'x'"}),
            ("14", {"bifpn.combine_method": "''"}),
            ("14", {"bifpn.num_iterations": "0"}),
            ("N15", {"bifpn.combine_method": "'sum'"}),
            ("N15", {"bifpn.num_filters": "0"}),
        )
    ),
]
"""Options of its extractor."""

LEVELS_OF_EFFICIENTDET = [
    *(
        levels(*row, "EfficientDet", of="EfficientDet, ", block=BIFPN)
        for row in (
            ("14", "", "6", "", ""),
            ("N15", "", "6", "", "6"),
            ("14", "4", "", "", ""),
            ("N15", "4", "", "4", ""),
            ("N15", "4", "8", "", ""),
            ("N15", "1", "", "1", ""),
            ("14", "0", "", "", ""),
            ("14", "5", "", "5", ""),
            ("14", "6", "", "6", ""),
            ("14", "5", "5", "5", "5"),
            ("14", "", "5", "", "5"),
            ("14", "", "4", "", "4"),
            ("14", "2", "4", "2", "4"),
        )
    ),
]

LEVELS_OF_RETINANET = [
    *(
        levels(*row, "RetinaNet", of="RetinaNet, ")
        for row in (
            ("14", "", "5", "", "5"),
            ("14", "2", "", "2", ""),
            ("14", "1", "", "1", ""),
            ("N15", "", "5", "", ""),
        )
    ),
]
"""Its extractor has levels 3 to 7, whatever is written."""

SIZES = [
    *(
        case(
            entries,
            f"CenterNet of {kind or 'resnet_v2_50'}, {width or 128} x {height or 128}",
            *(["config", f"{CENTER_NET}.feature_extractor.{field}", value] for field, value in (("type", kind and f"'{kind}'"), ("depth_multiplier", depth)) if value),
            *(["config", f"{CENTER_NET}.image_resizer.fixed_shape_resizer.{side}", value] for side, value in (("height", height), ("width", width)) if value),
            base="CenterNet",
        )
        for entries, kind, depth, height, width in (
            ("N15", "", "", "96", "160"),
            ("11", "", "", "100", ""),
            ("11", "", "", "126", ""),
            ("11", "", "", "", "131"),
            ("11", "", "", "1", ""),
            ("11", "resnet_v1_50_fpn", "", "16", ""),
            ("11", "resnet_v1_50_fpn", "", "100", ""),
            ("11", "mobilenet_v2", "0.5", "100", ""),
        )
    ),
    *(
        case(
            entries,
            f"RetinaNet from level {low or 3} to {high or 7}, {side} pixels",
            *(["config", f"{RESIZER}.fixed_shape_resizer.{name}", side] for name in ("height", "width")),
            *(["config", field, value] for field, value in ((f"{LEVELS}.min_level", low), (f"{LEVELS}.max_level", high)) if value),
            base="RetinaNet",
        )
        for entries, side, low, high in (("N15", "156", "2", ""), ("11", "144", "", "4"), ("11", "144", "", ""))
    ),
]  # fmt: skip

GRAY = "image_resizer.fixed_shape_resizer.convert_to_grayscale"
COLOURS = [
    *(
        config(entries, f"{base} and gray images", f"model.{architecture}.{GRAY}", "true", base=base)
        for entries, base, architecture in (
            ("11", "from scratch", "ssd"),
            ("11", "RetinaNet", "ssd"),
            ("11", "EfficientDet", "ssd"),
            ("11", "Faster R-CNN", "faster_rcnn"),
            ("11", "Faster R-CNN with an FPN", "faster_rcnn"),
            ("N15", "CenterNet", "center_net"),
            ("11", "DeepMAC", "center_net"),
        )
    ),
    config("N15", "gray images that are not turned", f"{CENTER_NET}.{GRAY}", "true", ["config", f"{CENTER_NET}.feature_extractor.bgr_ordering", "false"], base="DeepMAC"),
    case("N15", "MobileNet v2 and gray images", ["config", f"{EXTRACTOR}.type", "'ssd_mobilenet_v2_fpn_keras'"], ["config", f"model.ssd.{GRAY}", "true"], base="from scratch"),
    *(
        case(
            "11",
            f"ssd_mobilenet_{version}_keras and gray images",
            ["config", f"{EXTRACTOR}.type", f"'ssd_mobilenet_{version}_keras'"],
            ["config", LEVELS, None],
            ["config", f"{GRID}.max_level", "8"],
            ["config", f"model.ssd.{GRAY}", "true"],
            base="from scratch",
        )
        for version in ("v1", "v2")
    ),
]  # fmt: skip

CENTER_NETS = [
    *(
        config(entries, f"{base}: {path} {value}", f"{CENTER_NET}.{path}", value, base=base)
        for entries, base, path, value in (
            ("14", "CenterNet", "object_detection_task", None),
            ("14", "DeepMAC", "object_detection_task", None),
            ("N15", "CenterNet with keypoints", "object_detection_task", None),
            ("14", "CenterNet", "object_center_params.keypoint_weights_for_center", "1"),
            ("14", "CenterNet with keypoints", "object_center_params.keypoint_weights_for_center", "1"),
            ("14", "DeepMAC", "object_center_params.keypoint_weights_for_center", "1"),
            ("14", "CenterNet with keypoints", "keypoint_estimation_task[0].heatmap_head_params", "{ num_filters: 8 }"),
            ("N15", "CenterNet with keypoints", "keypoint_estimation_task[0].heatmap_head_params", "{ num_filters: 8 kernel_sizes: 3 }"),
            ("N15", "CenterNet with keypoints", "keypoint_estimation_task[0].heatmap_head_params", "{ }"),
            ("14", "CenterNet", "object_detection_task.scale_head_params", "{ kernel_sizes: 3 }"),
            ("14", "CenterNet", "object_center_params.center_head_params", "{ num_filters: 8 num_filters: 8 kernel_sizes: 3 }"),
            ("14", "CenterNet with masks", "mask_estimation_task.mask_head_params", "{ num_filters: 8 }"),
            ("14", "CenterNet", "densepose_estimation_task", "{ loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }"),
            ("14", "CenterNet", "temporal_offset_task", "{ localization_loss { l1_localization_loss { } } }"),
            ("14", "DeepMAC", "deepmac_mask_estimation.mask_num_subsamples", "1"),
            ("N15", "DeepMAC", "deepmac_mask_estimation.mask_num_subsamples", "0"),
            ("14", "DeepMAC", "deepmac_mask_estimation.network_type", "'embedding_projection'"),
            ("N15", "DeepMAC", "keypoint_estimation_task", "{ }"),
            ("N15", "DeepMAC", "mask_estimation_task", "{ }"),
        )
    ),
    config("14", "jitter of whole masks", f"{DEEPMAC}.max_roi_jitter_ratio", "0.1", ["config", f"{DEEPMAC}.predict_full_resolution_masks", "true"], base="DeepMAC"),
    config("14", "embeddings of two sizes", f"{DEEPMAC}.network_type", "'embedding_projection'", ["config", f"{DEEPMAC}.use_xy", "false"], base="DeepMAC"),
    config("14", "a projection of an embedding of the instance", f"{DEEPMAC}.network_type", "'embedding_projection'", ["config", f"{DEEPMAC}.use_xy", "false"], ["config", f"{DEEPMAC}.dim", "16"], base="DeepMAC"),
]  # fmt: skip

LOADED = [
    config(
        "14 35",
        "depths of keypoints that are not loaded",
        f"{KEYPOINT_TASK}.predict_depth",
        "true",
        base="CenterNet with keypoints",
    ),
    config("14 35", "context that is not loaded", f"{STAGES}.context_config", "{ }", base="Faster R-CNN"),
    config(
        "14 35",
        "tracks that are not loaded",
        "model.center_net.track_estimation_task",
        "{ num_track_ids: 5 classification_loss { weighted_softmax { } } }",
        base="CenterNet",
    ),
    config(
        "14 35",
        "poses that are not loaded",
        "model.center_net.densepose_estimation_task",
        "{ loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }",
        base="CenterNet with masks",
    ),
    *(
        config(entries, f"{base} that loads none", f"train_input_reader.{setting}", value, base=base)
        for entries, base, setting, value in (
            ("14 35", "Mask R-CNN", "load_instance_masks", "false"),
            ("14 35", "CenterNet with masks", "load_instance_masks", "false"),
            ("14 35", "CenterNet with keypoints", "num_keypoints", "0"),
            ("35", "DeepMAC", "load_instance_masks", "false"),
        )
    ),
    config(
        "N15",
        "two stages with masks that are not loaded",
        f"{STAGES}.number_of_stages",
        "2",
        ["config", "train_input_reader.load_instance_masks", "false"],
        base="Mask R-CNN",
    ),
    config(
        "14 35",
        "masks that weigh nothing and are not loaded",
        f"{STAGES}.second_stage_mask_prediction_loss_weight",
        "0",
        ["config", "train_input_reader.load_instance_masks", "false"],
        base="Mask R-CNN",
    ),
]
"""Masks and keypoints that are learned, and are loaded or not."""

KEYPOINT_MAPS = [
    *(
        case(entries, f"keypoints: {name}", ["keypoint-map", items], base="CenterNet with keypoints")
        for entries, name, items in (
            ("N15", "fewer than are loaded", "item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } }"),
            ("N15", "without labels", "item { id: 1 name: 'cat' keypoints { id: 0 } keypoints { id: 1 } }"),
            (
                "N15",
                "the item that has them",
                "item { id: 1 name: 'cat' } item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } }",
            ),
            ("14", "of another class", "item { id: 1 name: 'dog' keypoints { id: 0 label: 'nose' } }"),
            (
                "14",
                "an id twice",
                "item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } keypoints { id: 0 label: 'ear' } }",
            ),
            ("14", "an id above those that are loaded", "item { id: 1 name: 'cat' keypoints { id: 5 label: 'nose' } }"),
            ("14", "a negative id", "item { id: 1 name: 'cat' keypoints { id: -1 label: 'x' } }"),
            ("14", "of a class above num_classes", "item { id: 5 name: 'cat' keypoints { id: 0 label: 'nose' } }"),
            ("14", "of class 0", "item { id: 0 name: 'cat' keypoints { id: 0 label: 'nose' } }"),
            ("14", "of no class", "item { name: 'cat' keypoints { id: 0 label: 'nose' } }"),
        )
    ),
]

WEIGHTS = [
    *(
        config(entries, f"{base}: {path} {value}", f"model.{path}", value, *more, base=base)
        for entries, base, path, value, more in (
            ("10", "from scratch", "ssd.loss.classification_weight", "nan", ()),
            ("10", "from scratch", "ssd.loss.localization_weight", "inf", ()),
            ("N15", "from scratch", "ssd.loss.localization_weight", "-1", ()),
            ("10", "CenterNet with masks", "center_net.object_center_params.object_center_loss_weight", "nan", ()),
            ("10", "CenterNet with masks", "center_net.mask_estimation_task.task_loss_weight", "inf", ()),
            ("10", "CenterNet", "center_net.object_detection_task.scale_loss_weight", "nan", ()),
            ("10", "CenterNet with keypoints", "center_net.keypoint_estimation_task[0].keypoint_offset_loss_weight", "nan", ()),
            ("N15", "DeepMAC", "center_net.deepmac_mask_estimation.task_loss_weight", "nan", ()),
            ("10", "Faster R-CNN", "faster_rcnn.first_stage_objectness_loss_weight", "nan", ()),
            ("10", "Faster R-CNN", "faster_rcnn.second_stage_localization_loss_weight", "inf", ()),
            (
                "N15",
                "Faster R-CNN",
                "faster_rcnn.second_stage_localization_loss_weight",
                "nan",
                (["config", f"{STAGES}.number_of_stages", "1"],),
            ),
        )
    ),
]
"""Weights of losses that are numbers or not."""

CHANNELS = [
    case(
        entries,
        f"{base}: {len(values)} more {name}",
        *(["config", f"{CENTER_NET}.feature_extractor.{name}", value] for value in values),
        base=base,
    )
    for entries, base, name, values in (
        ("14", "DeepMAC", "channel_means", "1"),
        ("14", "DeepMAC", "channel_stds", "1"),
        ("14", "CenterNet", "channel_means", "12"),
        ("N15", "CenterNet", "channel_means", "1"),
        ("N15", "CenterNet", "channel_stds", "123"),
    )
]
"""Three for each colour, or one, or none."""

ODD_SIZES = [
    *(
        case(
            entries,
            f"CenterNet of images {side} pixels high, as they are",
            ["config", f"{CENTER_NET}.image_resizer", None],
            ["config", f"{CENTER_NET}.image_resizer", "{ identity_resizer { } }"],
            *edits,
            base="CenterNet",
        )
        for entries, side, edits in (
            ("11", 48, [["config", "train_config.batch_size", "1"]]),
            ("N15", 64, [["image", record, {"width": 64, "height": 64}] for record in range(3)]),
        )
    ),
    case(
        "11",
        "CenterNet of images of many sizes",
        ["config", f"{CENTER_NET}.image_resizer", None],
        ["config", f"{CENTER_NET}.image_resizer", "{ keep_aspect_ratio_resizer { min_dimension: 64 max_dimension: 128 } }"],
        ["config", "train_config.batch_size", "1"],
        base="CenterNet",
    ),
]
"""Sides of images that a CenterNet takes as they come."""

UNPADDED = [
    config("14", "a DeepMAC without padding", "train_config.unpad_groundtruth_tensors", "true", base="DeepMAC"),
    config(
        "N15",
        "a DeepMAC without padding, one image at a time",
        "train_config.unpad_groundtruth_tensors",
        "true",
        ["config", "train_config.batch_size", "1"],
        base="DeepMAC",
    ),
    config(
        "N15",
        "a DeepMAC without padding, as many boxes in all images",
        "train_config.unpad_groundtruth_tensors",
        "true",
        ["records", [1, 1]],
        base="DeepMAC",
    ),
]

FOUND = [
    case("27", "three widths beside numerical masks", ["feature", 1, "image/width", "int", [64, 0, 2]], base="numerical masks"),
    config(
        "14",
        "max_detections_per_class above the total",
        "model.ssd.post_processing.batch_non_max_suppression.max_total_detections",
        "1",
    ),
    config("14", "a bipartite matcher", "model.ssd.matcher", "{ bipartite_matcher { } }"),
    *(
        resized(f"images of no size: {resizer}", resizer)
        for resizer in (
            "fixed_shape_resizer { height: 0 width: 320 }",
            "fixed_shape_resizer { height: -3 width: 320 }",
            "keep_aspect_ratio_resizer { min_dimension: 0 max_dimension: 320 }",
            "keep_aspect_ratio_resizer { min_dimension: -1 max_dimension: 320 pad_to_max_dimension: true }",
            "conditional_shape_resizer { condition: GREATER size_threshold: 0 }",
        )
    ),
    *(
        resized(f"a resizer as {resizer}", resizer)
        for resizer in (
            "conditional_shape_resizer { condition: INVALID }",
            "conditional_shape_resizer { condition: SMALLER size_threshold: 0 }",
            "conditional_shape_resizer { condition: GREATER size_threshold: 64 }",
            "pad_to_multiple_resizer { multiple: 32 }",
            "identity_resizer { }",
        )
    ),
    config("14", "confidences as targets, one of the two unpadded", CONFIDENCES, "true"),
    config("4", "an experimental model", "model.experimental_model", "{ }"),
    config("5", "CenterNet of no class", "model.center_net.num_classes", "0", base="CenterNet"),
    config("11", "one side of the default 300 pixels", "model.ssd.image_resizer.fixed_shape_resizer.width", None),
    config("", "one record of five", "train_input_reader.sample_1_of_n_examples", "5"),
]
"""Disagreements that the generator has found, and what was mended then."""

ROWS = (
    *CONFIG,
    *LABEL_MAPS,
    *RECORDS,
    *CHECKPOINTS,
    *AUGMENTATIONS,
    *MODELS,
    *PARTS_OF_OTHERS,
    *EXTRACTORS,
    *FEATURE_MAPS,
    *BACKBONES,
    *OF_EFFICIENTDET,
    *LEVELS_OF_EFFICIENTDET,
    *LEVELS_OF_RETINANET,
    *SIZES,
    *COLOURS,
    *CENTER_NETS,
    *LOADED,
    *KEYPOINT_MAPS,
    *WEIGHTS,
    *CHANNELS,
    *ODD_SIZES,
    *UNPADDED,
    *FOUND,
)

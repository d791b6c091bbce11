"""What a reader loads besides boxes and classes: dense poses, scores, context, channels, weights, and keypoints that are learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oracle.bases import DENSE_POSE, KEYPOINT, MASK
from oracle.case import Edit
from oracle.handmade.records import no_sides
from oracle.handmade.row import CENTER_NET, STAGES, Row, case, config
from support.mutations import CLASS, picture

LOAD = "train_input_reader"
AUGMENT = "train_config.data_augmentation_options"
WEIGHT, MASK_WEIGHT = "image/object/weight", "image/object/mask/weight"
SCORES = CLASS + "multiclass_scores"
CONTEXT, LENGTH = "image/context_features", "image/context_feature_length"
CHANNEL = "image/additional_channels/encoded"
KEYPOINTS, MASKS = "CenterNet with keypoints", "CenterNet with masks"
WITH_CONTEXT = "Faster R-CNN with context"
POSE_TASK = [
    "config",
    f"{CENTER_NET}.densepose_estimation_task",
    "{ num_parts: 24 loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }",
]


def dense(name: str, *edits: Edit, **changed: Any) -> Row:
    """A row with other dense poses of record 0, which has two boxes with two points each."""
    kinds = {"num": "int", "part_index": "int"}
    other = [
        ["feature", 0, DENSE_POSE + end, kinds.get(end, "float") if values is not None else None, values]
        for end, values in changed.items()
    ]
    return case("", f"dense poses, {name}", *other, *edits, base="dense poses")


def points(number: int) -> dict[str, list[float]]:
    """All coordinates of so many points."""
    return {end: [0.5] * number for end in "yxvu"}


DENSE_POSES = (
    dense("none", ["config", f"{LOAD}.load_dense_pose", "true"], num=None, part_index=None, y=None, x=None, v=None, u=None),
    dense("none of a record without boxes", *no_sides(0), num=None),
    dense("an empty list of numbers", num=[]),
    dense("no points", num=[0, 0], part_index=None, y=None, x=None, v=None, u=None),
    dense("fewer points than their numbers say", **points(2)),
    dense("more points", **points(9)),
    dense("numbers of one box", num=[2]),
    dense("numbers of three boxes", num=[2, 2, 2]),
    dense("a negative number", num=[2, -1]),
    dense("only negative numbers", num=[-1, -1]),
    dense("no x", x=None),
    dense("an x short", x=[0.5] * 3),
    dense("an x more", x=[0.5] * 5),
    dense("no parts", part_index=None),
    dense("a part that is none", part_index=[99] * 4),
    dense("pixels that nothing learns", x=[60.0] * 4),
    dense("four hundred points of a box", num=[400, 400], **points(800)),
    dense("a crop", ["config", AUGMENT, "{ random_crop_image { } }"]),
    dense("numbers of one box under a crop", ["config", AUGMENT, "{ random_crop_image { } }"], num=[2]),
    dense("numbers of one box under another crop", ["config", AUGMENT, "{ ssd_random_crop { } }"], num=[2]),
    dense("a vertical flip", ["config", AUGMENT, "{ random_vertical_flip { } }"]),
    config("", "dense poses, not of the evaluation", "eval_input_reader[0].load_dense_pose", "true"),
    *(
        case(
            "",
            f"dense poses that are learned, {name}",
            POSE_TASK,
            ["config", f"{LOAD}.load_dense_pose", "true"],
            *(["feature", record, DENSE_POSE + "num", "int", [2] * boxes] for record, boxes in enumerate((2, 1, 3))),
            *(["feature", record, DENSE_POSE + end, "float", [0.5] * 2 * boxes] for record, boxes in enumerate((2, 1, 3)) for end in "yxvu"),
            *([["feature", 0, DENSE_POSE + end, "float", [value] * 4]] if end else []),
            base=MASKS,
        )
        for name, end, value in (
            ("sound", "", 0), ("1.005", "x", 1.005), ("1.05", "x", 1.05), ("pixels", "y", 60.0), ("NaN", "x", "nan"), ("-3", "x", -3.0),
            ("v of 7", "v", 7.0), ("u of NaN", "u", "nan"),
        )
    ),
)  # fmt: skip
FLIPPED_POSES = (dense("a horizontal flip", ["config", AUGMENT, "{ random_horizontal_flip { } }"]),)


def scored(name: str, number: int | None, value: float | str = 0.5, *edits: Edit, base: str = "scores") -> Row:
    """A row with so many scores of record 0, which has two boxes of two classes."""
    return case(
        "",
        f"scores, {name}",
        ["feature", 0, SCORES, "float" if number is not None else None, [value] * (number or 0)],
        *edits,
        base=base,
    )


USED = ["config", "train_config.use_multiclass_scores", "false"]
SCORED = (
    scored("none", None),
    *(scored(f"{number} for two boxes", number) for number in (1, 3, 6, 8)),
    scored("none of a record without boxes", None, 0, *no_sides(0)),
    scored("four of a record without boxes", 4, 0.5, *no_sides(0)),
    scored("NaN", 4, "nan"),
    scored("infinite", 4, "inf"),
    scored("above 1", 4, 7.0),
    scored("below 0", 4, -1.0),
    scored("of zeros", 4, 0.0),
    scored("three that nothing learns", 3, 0.5, USED),
    scored("NaN that nothing learns", 4, "nan", USED),
)  # fmt: skip


def context(name: str, length: int | None, number: int | None, value: float | str = 0.5) -> Row:
    """A row with other context features of record 0."""
    return case(
        "",
        f"context, {name}",
        ["feature", 0, LENGTH, "int" if length is not None else None, [length]],
        ["feature", 0, CONTEXT, "float" if number is not None else None, [value] * (number or 0)],
        ["config", "train_config.num_steps", "100"],
        base=WITH_CONTEXT,
    )


IN_CONTEXT = (
    context("none", 4, None),
    context("an empty list", 4, 0),
    context("a value short", 4, 7),
    context("length 0", 0, 0),
    context("length 0 and values", 0, 4),
    context("length -1", -1, 4),
    context("longer features", 5, 10),
    context("shorter features", 2, 8),
    context("more features", 4, 44),
    context("NaN", 4, 8, "nan"),
    context("infinite", 4, 8, "inf"),
)
ATTENTION = f"{STAGES}.context_config"
ONE_STAGE = ["config", f"{STAGES}.number_of_stages", "1"]
CONTEXT_OPTIONS = (
    config("14", "context for an SSD", f"{LOAD}.load_context_features", "true", *(["feature", record, LENGTH, "int", [4]] for record in range(3))),
    config("14", "context for a CenterNet", f"{LOAD}.load_context_features", "true", *(["feature", record, LENGTH, "int", [4]] for record in range(3)), base="CenterNet"),
    config("", "context for a Faster R-CNN without", ATTENTION, None, base=WITH_CONTEXT),
    *(
        config("14", f"context_config with {option} {value}", f"{ATTENTION}.{option}", value, base=WITH_CONTEXT)
        for option, value in (
            *((option, value) for option in ("max_num_context_features", "context_feature_length", "attention_bottleneck_dimension") for value in ("-1", "0", "1")),
            *(("attention_temperature", value) for value in ("-1", "0", "nan")),
            ("num_attention_heads", "0"), ("num_attention_layers", "0"),
            ("use_self_attention", "true"), ("self_attention_in_sequence", "true"), ("use_long_term_attention", "false"),
        )
    ),
    *(
        config("14", f"context_config with {option} {value} and one stage", f"{ATTENTION}.{option}", value, ONE_STAGE, base=WITH_CONTEXT)
        for option, value in (("max_num_context_features", "-1"), ("max_num_context_features", "0"), ("attention_temperature", "0"), ("use_self_attention", "true"))
    ),
)  # fmt: skip


def image(**how: Any) -> str:
    """A picture as an edit has it."""
    return picture(**how).decode("latin-1")


GRAY, LOST = image(kind="PNG", mode="L"), image(kind="PNG")[:300]
PICTURES = (
    ("JPEG", image()), ("gray JPEG", image(mode="L")), ("RGB PNG", image(kind="PNG")), ("16-bit PNG", image(kind="PNG", mode="I;16")),
    ("CMYK JPEG", image(mode="CMYK")), ("BMP", image(kind="BMP")), ("GIF", image(kind="GIF")), ("WebP", image(kind="WEBP")),
    ("PNG that is cut off", LOST), ("JPEG that is cut off", image()[:600]), ("empty one", ""), ("text", "no image"),
)  # fmt: skip
CHANNEL_IMAGES = (
    *(case("33", f"an additional channel that is a {name}", ["feature", 1, CHANNEL, "bytes", [data]], base="channels") for name, data in PICTURES),
    case("33", "an additional channel of another size", ["feature", 1, CHANNEL, "bytes", [image(width=32, height=32, kind="PNG", mode="L")]], base="channels"),
)  # fmt: skip
GRAY_MASKS = tuple(
    case("35", f"a mask that is a {name}", ["feature", 1, MASK, "bytes", [data]], base="PNG masks") for name, data in PICTURES
)
CHANNELS_OF: list[Edit] = [
    ["config", f"{LOAD}.num_additional_channels", "1"],
    *(["feature", record, CHANNEL, "bytes", [GRAY]] for record in range(3)),
]
HOURGLASS = ["config", f"{CENTER_NET}.feature_extractor.type", "'hourglass_10'"]
NO_BGR = ["config", f"{CENTER_NET}.feature_extractor.bgr_ordering", "false"]


def means(*values: str) -> list[Edit]:
    """Other means and deviations of the channels."""
    path = f"{CENTER_NET}.feature_extractor.channel_"
    cleared = [["config", f"{path}{name}", None] for name in ("means", "stds")]
    return [*cleared, *(["config", f"{path}means", value] for value in values), *(["config", f"{path}stds", "1"] for _ in values)]


MORE_CHANNELS = (
    *(
        case("11", f"an additional channel for {base}", *CHANNELS_OF, base=base)
        for base in ("plain", "from scratch", "Faster R-CNN", "EfficientDet", "RetinaNet", "Mask R-CNN", "CenterNet", "DeepMAC")
    ),
    case("", "-1 additional channels", ["config", f"{LOAD}.num_additional_channels", "-1"]),
    case("", "a channel that is not asked for", *CHANNELS_OF[1:]),  # vocabulary: quoted
    case("11", "an additional channel and gray images", ["config", "model.ssd.image_resizer.fixed_shape_resizer.convert_to_grayscale", "true"], base="channels"),
    case("11", "an additional channel for an hourglass, by BGR", *CHANNELS_OF, HOURGLASS, ["config", f"{CENTER_NET}.feature_extractor.bgr_ordering", "true"], *means(*"0000"), base="CenterNet"),
)  # fmt: skip
MEANS_OF_CHANNELS = tuple(
    case(
        "11",
        f"an additional channel for an hourglass, {len(values)} means",
        *CHANNELS_OF,
        HOURGLASS,
        NO_BGR,
        *means(*values),
        base="CenterNet",
    )
    for values in ("", "0", "000", "0000")
)


def weighed(name: str, feature: str, values: Sequence[float | str], *edits: Edit, base: str = "plain") -> Row:
    """A row with other weights of the two boxes of record 0."""
    return case("", f"weights, {name}", ["feature", 0, feature, "float", values], *edits, base=base)


BOX_WEIGHTS = (
    *(weighed(f"{value}, {base}", WEIGHT, [value, 1.0], ["config", "train_config.num_steps", "100"], base=base) for base in ("plain", "crop", "Faster R-CNN", "CenterNet", "DeepMAC") for value in ("nan", "inf")),
    weighed("NaN in one of two", WEIGHT, ["nan"]),
    weighed("NaN without boxes", WEIGHT, ["nan"], *no_sides(0)),
    weighed("0", WEIGHT, [0.0, 1.0]),
    weighed("-1", WEIGHT, [-1.0, 1.0], ["config", "train_config.num_steps", "100"]),
    *(weighed(f"of masks, {value}, {base}", MASK_WEIGHT, [value, 1.0], ["config", "train_config.num_steps", "100"], base=base) for base in (MASKS, "Mask R-CNN", "DeepMAC") for value in ("nan", "inf")),
)  # fmt: skip


def keypoint(name: str, values: Sequence[float | str], *edits: Edit, base: str = KEYPOINTS) -> Row:
    """A row with other y of the keypoints of record 0, which has two boxes with three each."""
    return case("35", f"keypoints, {name}", ["feature", 0, KEYPOINT + "y", "float", values], *edits, base=base)


def visible(*values: int) -> list[Edit]:
    """Other visibilities; none removes them."""
    return [["feature", 0, KEYPOINT + "visibility", "int" if values else None, list(values)]]


PADDED = [
    "config",
    f"{CENTER_NET}.image_resizer",
    "{ keep_aspect_ratio_resizer { min_dimension: 128 max_dimension: 128 pad_to_max_dimension: true } }",
]
ONE = [["config", "train_config.num_steps", "100"]]
LEARNED_KEYPOINTS = (
    *(keypoint(f"{value}", [value] * 6, *ONE) for value in (1.005, 1.02, 60.0, "inf", "nan", -3.0)),
    keypoint("60 beside NaN", ["nan", 60.0, *["nan"] * 4], *ONE),
    keypoint("60, none visible", [60.0] * 6, *visible(*[0] * 6)),
    keypoint("60, visibility -1", [60.0] * 6, *visible(*[-1] * 6)),
    keypoint("60, one visible", [60.0] * 6, *visible(0, 0, 0, 0, 0, 1)),
    keypoint("60, too few visibilities", [60.0] * 6, *visible(*[0] * 5)),
    keypoint("60, no visibilities", [60.0] * 6, *visible()),
    keypoint("60 without boxes", [60.0] * 6, *no_sides(0)),
    keypoint("60 under a crop", [60.0] * 6, ["config", AUGMENT, "{ random_crop_image { } }"]),
    keypoint("1.02 of an image that is padded", [1.02] * 6, PADDED),
    keypoint("60 of an image that is padded", [60.0] * 6, PADDED),
    keypoint("60 that nothing learns", [60.0] * 6, base="keypoints"),
)  # fmt: skip

OF_ANOTHER_CAUSE = (
    weighed("NaN beyond the last box", WEIGHT, [1.0, 1.0, "nan"]),
    case("33", "two bad channels", *(["feature", 1, CHANNEL, "bytes", [GRAY, LOST]],), base="channels"),
    keypoint("60 beyond the last box", [0.5] * 6 + [60.0] * 3, ["feature", 0, KEYPOINT + "x", "float", [0.5] * 9], *visible()),
)  # fmt: skip
"""Beside the values, their number is wrong."""

"""The image resizer: itself, the sizes that an architecture takes, and gray images."""

from __future__ import annotations

from oracle.handmade.row import CENTER_NET, EXTRACTOR, GRID, LEVELS, Row, case, config

RESIZER = "model.ssd.image_resizer"
GRAY = "image_resizer.fixed_shape_resizer.convert_to_grayscale"


def resized(name: str, resizer: str) -> Row:
    """A row with another image resizer."""
    return config("11", name, RESIZER, None, ["config", RESIZER, f"{{ {resizer} }}"], base="from scratch")


RESIZERS = (
    config("11", "no resizer", RESIZER, None),
    config("11", "min above max", RESIZER, "{ keep_aspect_ratio_resizer { min_dimension: 300 max_dimension: 200 } }"),
    config("11", "mixed sizes in a batch of 2", "train_config.batch_size", "2", base="keep aspect"),
    config("11", "32 pixels", RESIZER, "{ fixed_shape_resizer { height: 32 width: 32 } }"),
    config("11", "300 pixels and an FPN", RESIZER, "{ fixed_shape_resizer { height: 300 width: 300 } }"),
    config(
        "11",
        "300 pixels, padded to 32",
        RESIZER,
        "{ fixed_shape_resizer { height: 300 width: 300 } }",
        ["config", f"{EXTRACTOR}.pad_to_multiple", "32"],
    ),
    config("11", "one side of the default 300 pixels", f"{RESIZER}.fixed_shape_resizer.width", None),
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
)

SIZES = (
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
)  # fmt: skip

ODD_SIZES = (
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
)
"""Sides of images that a CenterNet takes as they come."""

COLOURS = (
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
)  # fmt: skip

"""Levels of a pyramid, layers of an extractor, and the anchors for them."""

from __future__ import annotations

from oracle.handmade.row import ANCHORS, EXTRACTOR, GRID, LEVELS, STAGES, Row, case, config

BIFPN = f"{EXTRACTOR}.bifpn"


def levels(
    entries: str, low: str, high: str, first: str, last: str, base: str, *, of: str = "", top: int = 7, block: str = LEVELS
) -> Row:
    """A row with other levels of a pyramid, 3 to `top` unchanged, and anchors for others; empty for what stays."""
    fields = [f"{path}.{level}" for path in (block, GRID) for level in ("min_level", "max_level")]
    return case(
        entries,
        f"{of}levels {low or 3} to {high or top}, anchors for {first or 3} to {last or top}",
        *(["config", field, value] for field, value in zip(fields, (low, high, first, last), strict=True) if value),
        base=base,
    )


FEATURE_MAPS = (
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
)

LEVELS_OF_EFFICIENTDET = tuple(
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
)

LEVELS_OF_RETINANET = tuple(
    levels(*row, "RetinaNet", of="RetinaNet, ")
    for row in (
        ("14", "", "5", "", "5"),
        ("14", "2", "", "2", ""),
        ("14", "1", "", "1", ""),
        ("N15", "", "5", "", ""),
    )
)
"""Its extractor has levels 3 to 7, whatever is written."""

OF_FASTER_RCNN = f"{STAGES}.first_stage_anchor_generator.grid_anchor_generator"
ANCHOR_SIZES = (
    *(
        config("14", f"anchors of a Faster R-CNN, {field} {value}", f"{OF_FASTER_RCNN}.{field}", value, base="Faster R-CNN")
        for field, value in (
            ("height", "-1"),
            ("width", "-1"),
            ("height", "0"),
            ("aspect_ratios[0]", "-1"),
            ("scales[0]", "0"),
            ("width_stride", "0"),
        )
    ),
    config("14", "anchors of no height", f"{GRID}.aspect_ratios[0]", "0", base="from scratch"),
    config("14", "anchors of no scale", f"{GRID}.anchor_scale", "0", base="from scratch"),
    config(
        "14",
        "anchors of a negative scale",
        f"{STAGES}.first_stage_anchor_generator.multiscale_anchor_generator.anchor_scale",
        "-1",
        base="Faster R-CNN with an FPN",
    ),
)

"""The feature extractor: its type, and the options that this type takes or not."""

from __future__ import annotations

from oracle.handmade.row import CENTER_NET, EXTRACTOR, STAGES, case, config

UNKNOWN_TYPES = (
    config("4", "an extractor of TF1", f"{EXTRACTOR}.type", '"ssd_mobilenet_v2"'),
    config("4", "an extractor of another architecture", f"{EXTRACTOR}.type", '"faster_rcnn_resnet50_keras"'),
)

EXTRACTORS = (
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
)

OF_EFFICIENTDET = tuple(
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
)

BACKBONES = (
    *(
        config(entries, f"CenterNet with {kind}", f"{CENTER_NET}.feature_extractor.type", f"'{kind}'", base="CenterNet")
        for entries, kind in (
            ("4", "resnet_v1_18_fpn"),
            ("4", "resnet_v1_34_fpn"),
        )
    ),
    *(
        config(
            "N15",
            f"CenterNet with {kind} of another depth",
            f"{CENTER_NET}.feature_extractor.type",
            f"'{kind}'",
            ["config", f"{CENTER_NET}.feature_extractor.depth_multiplier", depth],
            base="CenterNet",
        )
        for kind, depth in (("mobilenet_v2", "0.5"), ("mobilenet_v2_fpn", "0.5"), ("mobilenet_v2_fpn_sep_conv", "1.4"))
    ),
)
"""Extractors of a CenterNet that this Keras builds or not; those that download weights are not asked, as that depends on a network."""

CHANNELS = (
    config("14", "a CenterNet with a deviation of 0", f"{CENTER_NET}.feature_extractor.channel_stds", "0", base="CenterNet"),
    *(
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
    ),
)
"""Means and deviations of a CenterNet: three for each colour, or one, or none."""

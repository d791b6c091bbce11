"""Models without a part, without classes, or none at all."""

from __future__ import annotations

from oracle.handmade.row import CENTER_NET, KEYPOINT_TASK, STAGES, config

PARTS_OF_A_MODEL = (
    "box_coder",
    "matcher",
    "similarity_calculator",
    "anchor_generator",
    "box_predictor",
    "loss.classification_loss",
    "loss.localization_loss",
)

WITHOUT_PARTS = (
    config("4", "no model", "model", None),
    config("4", "an experimental model", "model.experimental_model", "{ }"),
    config("5", "no num_classes", "model.ssd.num_classes", None),
    config("5", "CenterNet of no class", f"{CENTER_NET}.num_classes", "0", base="CenterNet"),
    *(config("14", f"no {block}", f"model.ssd.{block}", None) for block in PARTS_OF_A_MODEL),
)

PARTS_OF_OTHERS = (
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
    config("14", "no loss of masks", f"{CENTER_NET}.mask_estimation_task.classification_loss", None, base="CenterNet with masks"),
)
"""Parts of other architectures than SSD."""

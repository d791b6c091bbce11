"""What train_config says beside the checkpoint, the optimizer and the augmentations: steps, batches, padding."""

from __future__ import annotations

from oracle.handmade.row import case, config

TRAINING = (
    config("13", "freeze_variables", "train_config.freeze_variables", '"x"'),
    config("13", "bias_grad_multiplier", "train_config.bias_grad_multiplier", "2"),
    config("15", "load_all_detection_checkpoint_vars", "train_config.load_all_detection_checkpoint_vars", "true"),
    config("16", "no num_steps", "train_config.num_steps", None),
    case("16", "no num_steps, but a flag", ["config", "train_config.num_steps", None], ["steps", 5]),
    config("55", "a batch of 0", "train_config.batch_size", "0"),
    config("N9", "fewer records than a batch", "train_config.batch_size", "8"),
    config("N8", "bfloat16", "train_config.use_bfloat16", "true"),
)

UNPADDED = (
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
)
"""Boxes of a DeepMAC, as many in each image or not."""

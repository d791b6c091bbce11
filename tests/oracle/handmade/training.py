"""What train_config sets in addition to the checkpoint, the optimizer and the augmentations: steps, batches, padding."""

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

RATE = "learning_rate { constant_learning_rate { learning_rate: 0.001 } }"
OPTIMIZERS = (
    *(
        config("9", f"{kind} with {option} {value}", "train_config.optimizer", f"{{ {kind} {{ {RATE} {option}: {value} }} }}")
        for kind, option in (
            ("momentum_optimizer", "momentum_optimizer_value"), ("rms_prop_optimizer", "momentum_optimizer_value"), ("rms_prop_optimizer", "decay"),
            ("rms_prop_optimizer", "epsilon"), ("adam_optimizer", "epsilon"),
        )
        for value in ("-1", "0", "1", "2")
    ),
)  # fmt: skip
NOT_NUMBERS = (
    *(config("10", f"gradient_clipping_by_norm {value}", "train_config.gradient_clipping_by_norm", value) for value in ("nan", "inf", "-1")),
    *(config("10", f"{kind} with {option} {value}", "train_config.optimizer", f"{{ {kind} {{ {RATE} {option}: {value} }} }}") for kind, option, value in (("rms_prop_optimizer", "decay", "inf"), ("rms_prop_optimizer", "epsilon", "nan"), ("adam_optimizer", "epsilon", "nan"))),
    *(
        config("10", f"{base}, {path} nan", f"model.{path}", "nan", base=base)
        for base, path in (
            ("CenterNet", "center_net.object_center_params.classification_loss.penalty_reduced_logistic_focal_loss.alpha"),
            ("CenterNet", "center_net.object_center_params.heatmap_bias_init"),
            ("CenterNet", "center_net.object_center_params.min_box_overlap_iou"),
            ("from scratch", "ssd.loss.classification_loss.weighted_sigmoid_focal.alpha"),
            ("from scratch", "ssd.box_predictor.weight_shared_convolutional_box_predictor.class_prediction_bias_init"),
        )
    ),
)  # fmt: skip

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

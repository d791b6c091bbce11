"""What the augmentations take, and which of them fit the records."""

from __future__ import annotations

from oracle.case import Edit
from oracle.handmade.row import Row, config

AUGMENT = "train_config.data_augmentation_options"


def augmented(entries: str, step: str, *more: Edit, base: str = "plain") -> Row:
    """A row with an augmentation."""
    return config(entries, f"augmentation {step} on {base}", AUGMENT, f"{{ {step} }}", *more, base=base)


AUGMENTATIONS = (
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
)

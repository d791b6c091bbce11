"""An augmentation that the trainer refuses, or that makes the training worthless (core/preprocessor.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from detector_trainer.protos.types import PreprocessingStep, RemapLabels

RULE = Rule(
    code="config/invalid-augmentation",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(12,),
    silent_impact="worthless where boxes are scaled to pixels, or labels become numbers that the model has not",
    verified_by=("tests/oracle/test_recorded.py",),
    what="An entry of data_augmentation_options is empty, has settings that contradict each other, or needs what is not there.",
    why=(
        "The trainer ends with an error when it reads the first record, or learns from boxes and labels that no longer mean what "
        "was written, silently."
    ),
    fix="Mend its settings, or remove it.",
    example="random_crop_image { min_area: 0 }   ->   random_crop_image { min_area: 0.1 }",
)
FIELD = "train_config.data_augmentation_options"
NUMBERS_OF_NORMALIZE = ("original_minval", "original_maxval", "target_minval", "target_maxval")
FLIPS = ("random_horizontal_flip", "random_vertical_flip")
PADS = ("random_crop_pad_image", "ssd_random_crop_pad_fixed_aspect_ratio")
POSITIVE = {
    "resize_image": ("new_height", "new_width"),
    "random_resize_method": ("target_height", "target_width"),
    "random_square_crop_by_scale": ("num_scales",),
    "random_scale_crop_and_pad_to_square": ("output_size",),
    "random_crop_to_aspect_ratio": ("aspect_ratio",),
    "random_patch_gaussian": ("min_patch_size",),
    "random_downscale_to_target_pixels": ("min_target_pixels",),
}
RISING = {
    "random_jpeg_quality": ("min_jpeg_quality", "max_jpeg_quality"),
    "random_patch_gaussian": ("min_patch_size", "max_patch_size"),
    "random_downscale_to_target_pixels": ("min_target_pixels", "max_target_pixels"),
}
DEFAULTS = {
    "min_jpeg_quality": 0,
    "max_jpeg_quality": 100,
    "min_patch_size": 1,
    "max_patch_size": 250,
    "min_target_pixels": 300000,
    "max_target_pixels": 800000,
}
"""Of the functions in core/preprocessor.py."""


class Problem(NamedTuple):
    """What is wrong with a step, and what to do."""

    said: str
    hint: str | None = None


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding an augmentation."""
    for number, step in enumerate(inputs.config.train_config.data_augmentation_options):
        kind = step.WhichOneof("preprocessing_step")
        problem = _problem(inputs, kind, step) if kind else Problem("names no augmentation", "Remove it.")
        if problem is not None:
            field = f"{FIELD}[{number}]"
            yield RULE.finding(
                f"{kind or field} {problem.said}.",
                problem.hint,
                where=inputs.at(field),
            )


def _problem(inputs: Inputs, kind: str, step: PreprocessingStep) -> Problem | None:
    settings: Message = getattr(step, kind)
    reader = inputs.train.message
    if kind == "autoaugment_image":
        return Problem(
            "is not there in TF2: the trainer ends with a NameError", "Use random_distort_color and random_crop_image."
        )
    if kind == "normalize_image" and any(not settings.HasField(name) for name in NUMBERS_OF_NORMALIZE):
        return Problem("needs all of its four numbers", f"Set {', '.join(NUMBERS_OF_NORMALIZE)}.")
    if kind == "subtract_channel_mean":
        return Problem("ends the trainer, whatever its means", "Remove it: the model's own preprocessing does that.")
    if kind == "convert_class_logits_to_softmax" and not reader.load_multiclass_scores:
        return Problem("needs scores, and the records' are not loaded", "Set load_multiclass_scores: true in train_input_reader.")
    if kind in FLIPS and reader.num_keypoints and not getattr(settings, "keypoint_flip_permutation", ()):
        return Problem("needs keypoint_flip_permutation where keypoints are loaded", "Set the permutation, a number a keypoint.")
    if kind == "random_horizontal_flip" and reader.load_dense_pose:
        return Problem("needs a table of symmetric dense poses, which the trainer's package has not", "Remove it.")
    if kind == "scale_boxes_to_pixel_coordinates":
        return Problem("turns the boxes into pixels, and the model learns from normalized ones", "Remove it.")
    if kind == "rgb_to_gray":
        return Problem("makes images of one channel, and the models take three", "Use random_rgb_to_gray.")
    if kind == "remap_labels":
        return _remapped(inputs, step.remap_labels)
    return _sizes(kind, settings) or _crop(settings) or _range(kind, settings)


def _remapped(inputs: Inputs, settings: RemapLabels) -> Problem | None:
    classes = _num_classes(inputs)
    if not settings.original_labels or 1 <= settings.new_label <= (classes or settings.new_label):
        return None
    return Problem(f"makes labels {settings.new_label}; the model has 1 to {classes}", "Set new_label to one of them.")


def _num_classes(inputs: Inputs) -> int:
    model = inputs.config.model
    return int(getattr(getattr(model, model.WhichOneof("model") or "", None), "num_classes", 0))


def _sizes(kind: str, settings: Message) -> Problem | None:
    """Settings that come in pairs, or in threes."""
    if kind == "random_pad_image":
        for bound in ("min", "max"):
            height, width = f"{bound}_image_height", f"{bound}_image_width"
            if settings.HasField(height) != settings.HasField(width):
                return Problem(f"has only one of {height} and {width}", "Set both, or none.")
    names = settings.DESCRIPTOR.fields_by_name
    for name in ("min_padded_size_ratio", "max_padded_size_ratio"):
        if name in names and kind in PADS and len(getattr(settings, name)) not in (0, 2):
            return Problem(f"has {len(getattr(settings, name))} values of {name}", "Give two: for height and width.")
    colours = len(getattr(settings, "pad_color", ()))
    if colours not in (0, 1, 3):
        return Problem(f"has {colours} values of pad_color; images have three channels", "Give three.")
    return None


def _crop(settings: Message) -> Problem | None:
    """Settings of tf.image.sample_distorted_bounding_box; of each operation, where there are several."""
    names = settings.DESCRIPTOR.fields_by_name
    operations: Iterable[Message] | None = getattr(settings, "operations", None)
    if operations is not None:
        return next((problem for operation in operations if (problem := _crop(operation)) is not None), None)
    for low, high, most in (("min_area", "max_area", 1.0), ("min_aspect_ratio", "max_aspect_ratio", float("inf"))):
        if low in names:
            values = (getattr(settings, low), getattr(settings, high))
            if not all(0 < value <= most for value in values):
                limit = ", and at most 1" if most == 1 else ""
                return Problem(f"has {low} {values[0]:g} and {high} {values[1]:g}; both must be above 0{limit}")
    covered: float = getattr(settings, "min_object_covered", 0.0)
    if not covered >= 0:
        return Problem(f"has min_object_covered {covered:g}, which is below 0")
    return None


def _range(kind: str, settings: Message) -> Problem | None:
    """Numbers that must be above 0, or below others. Of what is not set, the trainer's functions have their own defaults."""
    for name in POSITIVE.get(kind, ()):
        default = DEFAULTS.get(name, getattr(settings, name))
        value = getattr(settings, name) if settings.HasField(name) else default
        if not value > 0:
            return Problem(f"has {name} {value:g}; it must be above 0")
    if kind in RISING:
        low, high = (getattr(settings, name) if settings.HasField(name) else DEFAULTS[name] for name in RISING[kind])
        if low >= high:
            return Problem(f"has {RISING[kind][0]} {low} and {RISING[kind][1]} {high}; the first must be below the second")
    return None

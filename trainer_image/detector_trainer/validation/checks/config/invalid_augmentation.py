"""An augmentation that the trainer rejects, or that makes the training useless (core/preprocessor.py)."""

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
    silent_impact="useless where boxes are scaled to pixels, or labels become numbers that the model does not have",
    verified_by=("tests/oracle/test_recorded.py",),
    what="An entry of data_augmentation_options is empty, has contradictory settings, or requires something that is missing.",
    why=(
        "The trainer fails when it reads the first record, or silently learns from boxes and labels that differ from those in the "
        "records."
    ),
    fix="Fix its settings, or remove it.",
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
"""The defaults of the functions in core/preprocessor.py."""


class Problem(NamedTuple):
    """A problem of a step, and its fix."""

    detail: str
    hint: str | None = None


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each augmentation."""
    for number, step in enumerate(inputs.config.train_config.data_augmentation_options):
        kind = step.WhichOneof("preprocessing_step")
        problem = _problem(inputs, kind, step) if kind else Problem("selects no augmentation", "Remove it.")
        if problem is not None:
            field = f"{FIELD}[{number}]"
            yield RULE.finding(
                f"{kind or field} {problem.detail}.",
                problem.hint,
                where=inputs.at(field),
            )


def _problem(inputs: Inputs, kind: str, step: PreprocessingStep) -> Problem | None:
    settings: Message = getattr(step, kind)
    reader = inputs.train.message
    if kind == "autoaugment_image":
        return Problem(
            "does not exist in TF2: the trainer fails with a NameError", "Use random_distort_color and random_crop_image."
        )
    if kind == "normalize_image" and any(not settings.HasField(name) for name in NUMBERS_OF_NORMALIZE):
        return Problem("requires all four of its numbers", f"Set {', '.join(NUMBERS_OF_NORMALIZE)}.")
    if kind == "subtract_channel_mean":
        return Problem("makes the trainer fail, whatever its means are", "Remove it: the model subtracts the means itself.")
    if kind == "convert_class_logits_to_softmax" and not reader.load_multiclass_scores:
        return Problem(
            "requires scores, which the reader does not load", "Set load_multiclass_scores: true in train_input_reader."
        )
    if kind in FLIPS and reader.num_keypoints and not getattr(settings, "keypoint_flip_permutation", ()):
        return Problem(
            "requires keypoint_flip_permutation because keypoints are loaded",
            "Set the permutation: one number for each keypoint.",
        )
    if kind == "random_horizontal_flip" and reader.load_dense_pose:
        return Problem("requires a table of symmetric dense poses, which the trainer's package does not contain", "Remove it.")
    if kind == "scale_boxes_to_pixel_coordinates":
        return Problem("converts the boxes to pixels, but the model learns from normalized boxes", "Remove it.")
    if kind == "rgb_to_gray":
        return Problem("produces images of one channel, but the models require three", "Use random_rgb_to_gray.")
    if kind == "remap_labels":
        return _remapped(inputs, step.remap_labels)
    return _sizes(kind, settings) or _crop(settings) or _range(kind, settings)


def _remapped(inputs: Inputs, settings: RemapLabels) -> Problem | None:
    classes = _num_classes(inputs)
    if not settings.original_labels or 1 <= settings.new_label <= (classes or settings.new_label):
        return None
    return Problem(f"maps labels to {settings.new_label}; the model has classes 1 to {classes}", "Set new_label to one of these.")


def _num_classes(inputs: Inputs) -> int:
    model = inputs.config.model
    return int(getattr(getattr(model, model.WhichOneof("model") or "", None), "num_classes", 0))


def _sizes(kind: str, settings: Message) -> Problem | None:
    """Check settings that require pairs or triples of values."""
    if kind == "random_pad_image":
        for bound in ("min", "max"):
            height, width = f"{bound}_image_height", f"{bound}_image_width"
            if settings.HasField(height) != settings.HasField(width):
                return Problem(f"has only one of {height} and {width}", "Set both or neither.")
    names = settings.DESCRIPTOR.fields_by_name
    for name in ("min_padded_size_ratio", "max_padded_size_ratio"):
        if name in names and kind in PADS and len(getattr(settings, name)) not in (0, 2):
            return Problem(f"has {len(getattr(settings, name))} values of {name}", "Set two values: for height and width.")
    colours = len(getattr(settings, "pad_color", ()))
    if colours not in (0, 1, 3):
        return Problem(f"has {colours} values of pad_color, but images have three channels", "Set three values.")
    return None


def _crop(settings: Message) -> Problem | None:
    """Check settings of tf.image.sample_distorted_bounding_box, for each operation if there are several."""
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
    """Check numbers that must be above 0 or below others. Unset numbers have the defaults of the trainer's functions."""
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

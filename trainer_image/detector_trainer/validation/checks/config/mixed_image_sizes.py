"""The images of one batch have different sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Finding, Severity
from detector_trainer.records.accumulator import Sums, Written, named, part
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.resized import resized_images
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/mixed-image-sizes",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(11,),
    verified_by=("tests/trainer/test_resizer_agrees.py", "tests/unit/validation/checks/config/test_mixed_image_sizes.py"),
    what="The resizer produces training images of different sizes, and the batch is larger than 1 for each GPU.",
    why='A batch requires images of one size: the trainer fails with "Cannot add tensor to the batch".',
    fix="Use fixed_shape_resizer, or pad_to_max_dimension: true in keep_aspect_ratio_resizer; or a batch of 1 for each GPU.",
)
SAME_SIZE = frozenset(
    {
        "adjust_gamma",
        "convert_class_logits_to_softmax",
        "drop_label_probabilistically",
        "normalize_image",
        "random_adjust_brightness",
        "random_adjust_contrast",
        "random_adjust_hue",
        "random_adjust_saturation",
        "random_black_patches",
        "random_distort_color",
        "random_horizontal_flip",
        "random_jitter_boxes",
        "random_jpeg_quality",
        "random_patch_gaussian",
        "random_pixel_value_scale",
        "random_rgb_to_gray",
        "random_vertical_flip",
        "remap_labels",
        "rgb_to_gray",
        "scale_boxes_to_pixel_coordinates",
        "subtract_channel_mean",
    }
)
"""Augmentations that keep the size of an image. After any other, the sizes are unknown."""


class ResizedImage(NamedTuple):
    """An image, with its size after the resizer."""

    file: str
    record: int
    size: tuple[int, int]
    """Height and width."""
    resized: tuple[int, int]


def _different(ours: list[ResizedImage], theirs: list[ResizedImage]) -> list[ResizedImage]:
    """Return the first image, and the first that gets another size."""
    return [*ours, *(image for image in theirs if not ours or image.resized != ours[0].resized)][:2]


def _load(images: Written) -> list[ResizedImage]:
    return [named(ResizedImage, image) for image in cast("list[Written]", images)]


class ResizedSizes(Sums):
    """The sizes of training images after a resizer whose output sizes differ."""

    code = RULE.code
    images: list[ResizedImage] = part(list, _different, load=_load)
    """The first image, and the first with another size."""

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Record the sizes of the next images."""
        resized = resized_images(chunk, settings)
        if resized is None or settings.resizer is None or settings.resizer.one_size or len(self.images) == 2:
            return
        known = np.flatnonzero(chunk.image_sizes[:, 0])
        if len(known):
            others = known[(resized[known] != resized[known[0]]).any(axis=1)]
            found = [_image(chunk, resized, int(index)) for index in (known[0], *others[:1])]
            self.images = _different(self.images, found)


def _image(chunk: Chunk, resized: NDArray[np.int32], index: int) -> ResizedImage:
    (height, width), (resized_height, resized_width) = chunk.image_sizes[index].tolist(), resized[index].tolist()
    return ResizedImage(chunk.file, chunk.first + index, (height, width), (resized_height, resized_width))


ACCUMULATORS = (ResizedSizes,)


def certain(dataset: Dataset) -> bool:
    """Tell whether the trainer reads all inspected images, and resizes them from their original sizes."""
    options = dataset.inputs.config.train_config.data_augmentation_options
    names = {option.WhichOneof("preprocessing_step") for option in options} - {None}
    return names <= SAME_SIZE and all(weight > 0 for weight in dataset.train_reader.sample_from_datasets_weights)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding. Without shuffling every batch may contain images of one size: then it is a warning."""
    settings, images = dataset.train_settings, dataset.train[ResizedSizes].images
    if len(images) < 2 or settings.resizer is None or dataset.batch_per_replica < 2 or not certain(dataset):
        return
    reader = dataset.train_reader
    shuffled = reader.shuffle and reader.shuffle_buffer_size > 1
    field = f"model.{settings.architecture}.image_resizer"
    one, other = images
    yield RULE.finding(
        f"{settings.resizer.kind} resizes images to {_shown(one)} and {_shown(other)}; "
        f"a batch of {dataset.batch_per_replica} for each GPU cannot contain both."
        + ("" if shuffled else " Without shuffling they may never be in one batch."),
        where=dataset.inputs.at(field),
        severity=None if shuffled else Severity.WARNING,
    )


def _shown(image: ResizedImage) -> str:
    height, width = image.resized
    return f"{width} x {height} ({image.file}, record {image.record}: {image.size[1]} x {image.size[0]})"

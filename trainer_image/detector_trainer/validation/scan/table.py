"""The checks of the record scan, in the order in which their findings are reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from detector_trainer.contract import Finding
from detector_trainer.validation.checks.config import (
    from_scratch_with_little_data,
    mixed_image_sizes,
    odd_image_size,
    unpadded_boxes,
)
from detector_trainer.validation.checks.records import (
    additional_channels,
    blank_images,
    blurry_images,
    box_min_exceeds_max,
    box_negative,
    box_not_finite,
    box_out_of_range,
    box_tiny,
    box_zero_area,
    boxes_in_pixels,
    boxes_unlike_anchors,
    broken_image,
    broken_mask,
    class_imbalance,
    class_never_seen,
    class_text_not_in_map,
    context_features,
    corrupt,
    dark_images,
    dense_poses,
    duplicate_images,
    duplicate_source_id,
    empty_class_text,
    empty_file,
    eval_class_not_trained,
    fewer_than_batch,
    four_dimensional_image,
    image_is_a_path,
    image_label_out_of_range,
    image_not_decoded,
    image_too_large,
    keypoint_count,
    keypoint_out_of_range,
    label_out_of_range,
    mask_count,
    masks_missing,
    missing_image,
    multi_value_scalar,
    multiclass_scores,
    near_duplicate_images,
    no_boxes_at_all,
    not_a_sequence_example,
    not_an_example,
    not_tfrecord,
    overexposed_images,
    sequence_examples,
    text_label_conflict,
    tiny_after_resize,
    too_many_boxes,
    trailing_bytes,
    train_eval_drift,
    train_eval_near_duplicates,
    train_eval_overlap,
    truncated,
    unequal_lengths,
    unknown_image_format,
    unreadable_file,
    weight_not_finite,
    wrong_type,
)
from detector_trainer.validation.rule import Rule
from detector_trainer.validation.scan.chunk import Chunk
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.tally import Hit
from detector_trainer.validation.scan.totals import Dataset


class RecordCheck(Protocol):
    """A module whose check sees the columns of a chunk of records."""

    RULE: Rule

    def check(self, chunk: Chunk, job: Job) -> Iterator[Hit]:
        """What is wrong in these records."""
        ...


class AppearanceCheck(RecordCheck, Protocol):
    """A module that counts images by how they look, and speaks of them where they are many."""

    def conclude(self, dataset: Dataset) -> Iterator[Finding]:
        """What is wrong with the dataset."""
        ...


class DatasetCheck(Protocol):
    """A module whose check sees the sums over all records."""

    RULE: Rule

    def conclude(self, dataset: Dataset) -> Iterator[Finding]:
        """What is wrong with the dataset."""
        ...


# Found while a file is opened and its framing is read, by shard.py.
FILE_RULES: tuple[Rule, ...] = (
    unreadable_file.RULE,  # it is a file
    not_tfrecord.RULE,  # that is TFRecord
    corrupt.RULE,  # whose checksums match
    truncated.RULE,  # to its end
    trailing_bytes.RULE,  # and nothing after it
    not_a_sequence_example.RULE,  # where the reader expects that
)

RECORD_CHECKS: tuple[RecordCheck, ...] = (
    # The record.
    not_an_example,  # it is a tf.train.Example
    wrong_type,  # its features are of the kinds the trainer reads
    multi_value_scalar,  # scalars have one value
    # The image.
    missing_image,
    image_is_a_path,
    unknown_image_format,  # JPEG, PNG, BMP
    four_dimensional_image,  # no GIF, no WebP
    image_too_large,
    image_not_decoded,  # in a memory that a pod has
    broken_image,  # decodes to its end
    additional_channels,  # and so do more channels of it
    # The boxes.
    unequal_lengths,  # one value of everything for each box
    box_min_exceeds_max,
    boxes_in_pixels,
    box_not_finite,
    box_out_of_range,
    box_negative,
    box_zero_area,
    box_tiny,
    too_many_boxes,
    weight_not_finite,
    # The classes.
    class_text_not_in_map,
    empty_class_text,
    label_out_of_range,
    text_label_conflict,
    image_label_out_of_range,  # of the image as a whole
    multiclass_scores,
    # What some models want besides.
    masks_missing,
    mask_count,
    broken_mask,
    keypoint_count,
    keypoint_out_of_range,
    dense_poses,
    context_features,
)

APPEARANCE_CHECKS: tuple[AppearanceCheck, ...] = (blank_images, dark_images, overexposed_images, blurry_images)

DATASET_CHECKS: tuple[DatasetCheck, ...] = (
    empty_file,  # there is something to train on
    fewer_than_batch,  # enough for a batch
    no_boxes_at_all,  # with something to learn
    mixed_image_sizes,  # in images that fit into one batch
    odd_image_size,  # and into the model
    unpadded_boxes,  # with boxes that do so too
    tiny_after_resize,  # and show something of the objects
    boxes_unlike_anchors,  # of shapes that the model looks for
    class_never_seen,  # of every class
    class_imbalance,  # enough of each
    duplicate_images,  # different from each other
    near_duplicate_images,
    *APPEARANCE_CHECKS,  # and of which something can be seen
    train_eval_overlap,  # in training others than in evaluation
    train_eval_near_duplicates,
    train_eval_drift,  # but of the same kind
    eval_class_not_trained,
    duplicate_source_id,
    from_scratch_with_little_data,  # enough to learn from random weights
    sequence_examples,
)

RULES: tuple[Rule, ...] = (*FILE_RULES, *(check.RULE for check in RECORD_CHECKS))

"""The chain: every check that needs no TensorFlow, by its code, in the order in which findings are reported.

A check is the module named after its code: `records/box-tiny` is validation/checks/records/box_tiny.py. Modules are
imported when they are needed: checks of records load image decoders, which a verdict on metadata alone does not need.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from detector_trainer.validation.rule import Cost, MetaCheck

if TYPE_CHECKING:
    from detector_trainer.validation.scan_checks import ScanChecks

CHAIN: dict[Cost, tuple[str, ...]] = {
    Cost.META: (  # in the order of reading
        # The pipeline config.
        "config/unreadable",  # it exists, and it is text
        "config/syntax-error",  # it parses: no field is misspelt
        "config/no-model",  # it has a meta-architecture
        "config/unknown-extractor",  # that TF2 has, with that feature extractor
        "config/unusable-extractor",  # that this Keras can build
        "config/incomplete-model",  # with all parts selected
        "config/invalid-model-options",  # that fit together
        "config/invalid-extractor-options",  # the feature extractor accepts its options
        "config/feature-map-mismatch",  # there are anchors for its feature maps
        "config/anchor-not-positive",  # of valid sizes
        "config/invalid-keypoint-label-map",  # keypoints have names
        "config/num-classes-unset",  # it has classes
        "config/invalid-image-resizer",  # images are resized
        "config/unsupported-image-size",  # to a size that the model accepts
        "config/grayscale-unsupported",  # with the expected colour channels
        "config/additional-channels-unsupported",  # and no additional ones
        "config/invalid-context-features",  # context features are complete
        "config/invalid-batch-size",  # a batch can be divided by the GPUs
        "config/num-steps-unset",  # there is a last step
        "config/invalid-optimizer",  # the optimizer is accepted
        "config/invalid-learning-rate",  # the schedule is accepted, and its rates are finite
        "config/learning-rate-ends-early",  # until the last step
        "config/learning-rate-high",  # with rates not far above the official config
        "config/invalid-loss-weight",  # loss weights are finite
        "config/not-a-number",  # and all other numbers
        "config/second-stage-batch-too-large",  # enough proposals for the second stage
        "config/invalid-augmentation",  # augmentations exist in TF2, with valid settings
        "config/invalid-input-reader",  # the records can be read
        "config/unknown-input-type",  # the kind of record is known
        "config/invalid-sampling-weights",  # a weight for each input
        "config/multiclass-scores-not-loaded",  # the scores to learn are loaded
        "config/not-loaded",  # and masks and keypoints
        "config/all-checkpoint-vars-unsupported",  # no TF1 field that TF2 rejects
        "config/ignored-field",  # no TF1 field that TF2 ignores
        "config/duplicate-field",  # no field is set twice
        "config/control-character-in-path",  # no path contains an escape
        # The label map.
        "label-map/unreadable",
        "label-map/syntax-error",
        "label-map/empty",
        "label-map/reserved-id",  # 0 is the background
        "label-map/negative-id",
        "label-map/duplicate",  # ids and names are unique
        "label-map/id-above-num-classes",
        # The record files; the scan reads their content.
        "records/no-input-path",
        "records/no-file",
        "records/not-checked-remote",
        # The fine-tune checkpoint.
        "checkpoint/not-found",
        "checkpoint/not-a-prefix",  # its prefix is set, not a file or directory
        "checkpoint/unreadable",
        "checkpoint/not-checked-remote",
        "checkpoint/written-by-tf1",  # written by TF2
        "checkpoint/version-not-v2",  # as the config states
        "checkpoint/type-mismatch",  # it contains what its type restores
        "checkpoint/shape-mismatch",  # in the shapes of the model, as does the one to resume
        "checkpoint/corrupt",  # the checksum of every tensor matches
        # The run.
        "run/model-dir-unusable",
        "run/model-dir-is-checkpoint-dir",
        "run/resume-from-nowhere",  # the checkpoint to resume exists
        "run/resume-corrupt",  # and is intact
        "run/already-at-last-step",  # and steps are left
        "run/resumes-existing-checkpoint",
        "run/resumes-in-part",  # with all variables of the model
        "run/resumes-with-another-optimizer",  # with its momentums
        "run/one-checkpoint-only",  # a crash loses only a part
    ),
    Cost.SCAN: (
        # The files, as their framing is read.
        "records/unreadable-file",  # it is a regular file
        "records/not-tfrecord",  # in TFRecord format
        "records/corrupt",  # whose checksums match
        "records/truncated",  # to its end
        "records/trailing-bytes",  # and nothing after it
        "records/not-a-sequence-example",  # where the reader expects that
        # The record.
        "records/not-an-example",  # it is a tf.train.Example
        "records/wrong-type",  # its features have the types the trainer reads
        "records/multi-value-scalar",  # scalars have one value
        # The image.
        "records/missing-image",
        "records/image-is-a-path",
        "records/unknown-image-format",  # JPEG, PNG, BMP
        "records/four-dimensional-image",  # no GIF, no WebP
        "records/image-too-large",
        "records/image-not-decoded",  # within the memory of a pod
        "records/broken-image",  # it decodes completely
        "records/invalid-additional-channel",  # and so do additional channels
        # The boxes.
        "records/unequal-lengths",  # one value per box in every feature
        "records/box-min-exceeds-max",
        "records/boxes-in-pixels",
        "records/box-not-finite",
        "records/box-out-of-range",
        "records/box-negative",
        "records/box-zero-area",
        "records/box-tiny",
        "records/too-many-boxes",
        "records/weight-not-finite",
        # The classes.
        "records/class-text-not-in-map",
        "records/empty-class-text",
        "records/label-out-of-range",
        "records/text-label-conflict",
        "records/image-label-out-of-range",  # of the image as a whole
        "records/multiclass-scores-mismatch",
        # What some models need in addition.
        "records/masks-missing",
        "records/mask-count-mismatch",
        "records/broken-mask",
        "records/keypoint-count-mismatch",
        "records/keypoint-out-of-range",
        "records/invalid-dense-poses",
        "records/invalid-context-features",
        # The dataset.
        "records/empty-file",  # there are records
        "records/fewer-than-batch",  # enough for a batch
        "records/no-boxes-at-all",  # with boxes
        "config/mixed-image-sizes",  # in images that fit into one batch
        "config/odd-image-size",  # and into the model
        "config/unpadded-boxes",  # with boxes that fit, too
        "records/tiny-after-resize",  # and show the objects
        "records/boxes-unlike-anchors",  # of shapes that the anchors match
        "records/class-never-seen",  # of every class
        "records/class-imbalance",  # enough of each
        "records/duplicate-images",  # that differ
        "records/near-duplicate-images",
        "records/blank-images",  # with visible content
        "records/dark-images",
        "records/overexposed-images",
        "records/blurry-images",
        "records/train-eval-overlap",  # training images differ from evaluation images
        "records/train-eval-near-duplicates",
        "records/train-eval-drift",  # but have the same distribution
        "records/eval-class-not-trained",
        "records/duplicate-source-id",
        "config/from-scratch-with-little-data",  # enough to learn from random weights
        "records/sequence-examples-not-checked",
    ),
}


def meta_checks() -> Iterator[MetaCheck]:
    """Import and yield the checks that read metadata."""
    return (cast(MetaCheck, _module(code)) for code in CHAIN[Cost.META])


def scan_checks() -> ScanChecks:
    """Import and return the checks of the record scan. Each process that reads records calls this."""
    from detector_trainer.validation.scan_checks import ScanCheck, ScanChecks

    return ScanChecks([cast(ScanCheck, _module(code)) for code in CHAIN[Cost.SCAN]])


def _module(code: str) -> ModuleType:
    area, _, name = code.replace("-", "_").partition("/")
    return import_module(f"detector_trainer.validation.checks.{area}.{name}")

"""The chain: every check that needs no TensorFlow, by its code, in the order in which findings are reported.

A check is the module that is called as its code: `records/box-tiny` is validation/checks/records/box_tiny.py. Modules are
imported when they are needed: what reads records loads image decoders, and a verdict on metadata alone does not wait for those.
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
    Cost.META: (  # what is read first comes first
        # The pipeline config.
        "config/unreadable",  # it is there, and it is text
        "config/syntax-error",  # it parses: no field is misspelt
        "config/no-model",  # it has a meta-architecture
        "config/unknown-extractor",  # which TF2 has, with that feature extractor
        "config/unusable-extractor",  # and this Keras builds
        "config/incomplete-model",  # all of whose parts are chosen
        "config/invalid-model-options",  # and fit together
        "config/invalid-extractor-options",  # the feature extractor takes its options
        "config/feature-map-mismatch",  # and there are anchors for what it makes
        "config/anchor-not-positive",  # of some size
        "config/invalid-keypoint-label-map",  # and keypoints have their names
        "config/num-classes-unset",  # it learns classes
        "config/invalid-image-resizer",  # images get one size
        "config/unsupported-image-size",  # that the model takes
        "config/grayscale-unsupported",  # and the colours
        "config/additional-channels-unsupported",  # and no more
        "config/invalid-context-features",  # and context, if there is any
        "config/invalid-batch-size",  # a batch can be shared by the GPUs
        "config/num-steps-unset",  # there is a last step
        "config/invalid-optimizer",  # the optimizer is accepted
        "config/invalid-learning-rate",  # the schedule is accepted, and gives numbers
        "config/learning-rate-ends-early",  # until the last step
        "config/learning-rate-high",  # and are not far above those of the official config
        "config/invalid-loss-weight",  # and the losses are numbers
        "config/not-a-number",  # as is all else
        "config/second-stage-batch-too-large",  # enough proposals for the second stage
        "config/invalid-augmentation",  # the augmentations are ones that TF2 has, with settings that it takes
        "config/invalid-input-reader",  # the records can be read
        "config/unknown-input-type",  # the kind of record is known
        "config/invalid-sampling-weights",  # a weight for each input
        "config/multiclass-scores-not-loaded",  # the scores that are to be learned are loaded
        "config/not-loaded",  # and so are masks and keypoints
        "config/all-checkpoint-vars-unsupported",  # nothing of TF1 that TF2 refuses
        "config/ignored-field",  # nothing of TF1 that TF2 ignores
        "config/duplicate-field",  # nothing is said twice
        "config/control-character-in-path",  # no path has an escape in it
        # The label map.
        "label-map/unreadable",
        "label-map/syntax-error",
        "label-map/empty",
        "label-map/reserved-id",  # 0 is the background
        "label-map/negative-id",
        "label-map/duplicate",  # ids and names are unique
        "label-map/id-above-num-classes",
        # The files of the records; what is in them is the scan's.
        "records/no-input-path",
        "records/no-file",
        "records/not-checked-remote",
        # The fine-tune checkpoint.
        "checkpoint/not-found",
        "checkpoint/not-a-prefix",  # its prefix is given, not a file or folder
        "checkpoint/unreadable",
        "checkpoint/not-checked-remote",
        "checkpoint/written-by-tf1",  # it is of TF2
        "checkpoint/version-not-v2",  # and the config says so
        "checkpoint/type-mismatch",  # it holds what its type restores
        "checkpoint/shape-mismatch",  # in the shapes of the model, and so does the one to resume
        "checkpoint/corrupt",  # every tensor's bytes are sound
        # The run.
        "run/model-dir-unusable",
        "run/model-dir-is-checkpoint-dir",
        "run/resume-from-nowhere",  # the checkpoint to resume is there
        "run/resume-corrupt",  # and sound
        "run/already-at-last-step",  # and there is something left to do
        "run/resumes-existing-checkpoint",
        "run/resumes-in-part",  # with all variables of the model
        "run/resumes-with-another-optimizer",  # with the momentums that it left
        "run/one-checkpoint-only",  # a crash does not lose everything
    ),
    Cost.SCAN: (
        # The files, as their framing is read.
        "records/unreadable-file",  # it is a file
        "records/not-tfrecord",  # that is TFRecord
        "records/corrupt",  # whose checksums match
        "records/truncated",  # to its end
        "records/trailing-bytes",  # and nothing after it
        "records/not-a-sequence-example",  # where the reader expects that
        # The record.
        "records/not-an-example",  # it is a tf.train.Example
        "records/wrong-type",  # its features are of the kinds the trainer reads
        "records/multi-value-scalar",  # scalars have one value
        # The image.
        "records/missing-image",
        "records/image-is-a-path",
        "records/unknown-image-format",  # JPEG, PNG, BMP
        "records/four-dimensional-image",  # no GIF, no WebP
        "records/image-too-large",
        "records/image-not-decoded",  # in a memory that a pod has
        "records/broken-image",  # decodes to its end
        "records/invalid-additional-channel",  # and so do more channels of it
        # The boxes.
        "records/unequal-lengths",  # one value of everything for each box
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
        # What some models want besides.
        "records/masks-missing",
        "records/mask-count-mismatch",
        "records/broken-mask",
        "records/keypoint-count-mismatch",
        "records/keypoint-out-of-range",
        "records/invalid-dense-poses",
        "records/invalid-context-features",
        # The dataset.
        "records/empty-file",  # there is something to train on
        "records/fewer-than-batch",  # enough for a batch
        "records/no-boxes-at-all",  # with something to learn
        "config/mixed-image-sizes",  # in images that fit into one batch
        "config/odd-image-size",  # and into the model
        "config/unpadded-boxes",  # with boxes that do so too
        "records/tiny-after-resize",  # and show something of the objects
        "records/boxes-unlike-anchors",  # of shapes that the model looks for
        "records/class-never-seen",  # of every class
        "records/class-imbalance",  # enough of each
        "records/duplicate-images",  # different from each other
        "records/near-duplicate-images",
        "records/blank-images",  # and of which something can be seen
        "records/dark-images",
        "records/overexposed-images",
        "records/blurry-images",
        "records/train-eval-overlap",  # in training others than in evaluation
        "records/train-eval-near-duplicates",
        "records/train-eval-drift",  # but of the same kind
        "records/eval-class-not-trained",
        "records/duplicate-source-id",
        "config/from-scratch-with-little-data",  # enough to learn from random weights
        "records/sequence-examples-not-checked",
    ),
}


def meta_checks() -> Iterator[MetaCheck]:
    """The checks that read metadata."""
    return (cast(MetaCheck, _module(code)) for code in CHAIN[Cost.META])


def scan_checks() -> ScanChecks:
    """The checks of the record scan. Each process that reads records calls this."""
    from detector_trainer.validation.scan_checks import ScanCheck, ScanChecks

    return ScanChecks([cast(ScanCheck, _module(code)) for code in CHAIN[Cost.SCAN]])


def _module(code: str) -> ModuleType:
    area, _, name = code.replace("-", "_").partition("/")
    return import_module(f"detector_trainer.validation.checks.{area}.{name}")

"""A DeepMAC gets boxes without padding, and its images have different numbers of boxes."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.records.summary import Summary
from detector_trainer.validation.checks.config.mixed_image_sizes import SAME_SIZE
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/unpadded-boxes",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(14,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="A DeepMAC has unpad_groundtruth_tensors, which is the default, a batch above 1 for each GPU, and images with different numbers of boxes.",
    why='The model stacks the boxes of a batch: the trainer fails at the first step with "Shapes of all inputs must match".',
    fix="Set unpad_groundtruth_tensors: false in train_config, as the official configs do.",
)
ACCUMULATORS = (Summary,)
SAME_BOXES = SAME_SIZE - {"drop_label_probabilistically"}
"""Augmentations that keep the number of boxes. After any other, it is unknown."""


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding. A warning if images with different numbers may never be in one batch."""
    config, seen = dataset.inputs.config, dataset.train[Summary]
    if config.model.WhichOneof("model") != "center_net" or not config.model.center_net.HasField("deepmac_mask_estimation"):
        return
    alike = seen.boxes == seen.images * seen.max_boxes
    if alike or not config.train_config.unpad_groundtruth_tensors or dataset.batch_per_replica < 2:
        return
    reader = dataset.train_reader
    names = {option.WhichOneof("preprocessing_step") for option in config.train_config.data_augmentation_options} - {None}
    certain = names <= SAME_BOXES and reader.shuffle and reader.shuffle_buffer_size > 1
    field = "train_config.unpad_groundtruth_tensors"
    yield RULE.finding(
        f"{field} is true, but images have different numbers of boxes, up to {seen.max_boxes}; "
        f"a DeepMAC with a batch of {dataset.batch_per_replica} for each GPU requires equal numbers.",
        where=dataset.inputs.at(field),
        severity=None if certain else Severity.WARNING,
    )

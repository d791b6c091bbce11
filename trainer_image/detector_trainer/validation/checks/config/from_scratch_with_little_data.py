"""A training from scratch on few images."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.summary import Summary
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/from-scratch-with-little-data",
    severity=Severity.INFO,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: too little to learn from",
    verified_by=("tests/unit/records/test_from_scratch.py",),
    what="The training starts from random weights, with fewer than 1,000 images.",
    why=(
        "The official models were trained on 118,000. From scratch on few photographs the loss falls, and little is found on "
        "others; small models of simple things do learn."
    ),
    fix='Set fine_tune_checkpoint to a checkpoint of the same model, with fine_tune_checkpoint_type: "detection".',
)
ACCUMULATORS = (Summary,)
FIELD = "train_config.fine_tune_checkpoint"
FEW = 1000


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding. Info, because nothing in the inputs tells photographs from what can be learned from scratch."""
    inputs, images = dataset.inputs, dataset.train[Summary].images
    settings = inputs.config.train_config
    if settings.fine_tune_checkpoint or inputs.latest is not None or not dataset.all_read or not 0 < images < FEW:
        return
    plain = "" if settings.data_augmentation_options else " There are no data_augmentation_options either."
    hint = None if not plain else f"{RULE.fix} Add data_augmentation_options, for example random_horizontal_flip {{}}."
    yield RULE.finding(
        f"No fine_tune_checkpoint is set, and there are {images:,} training images.{plain}",
        hint,
        where=Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of("train_config"), field=FIELD),
    )

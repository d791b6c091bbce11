"""A training from scratch uses few images."""

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
    silent_impact="worse: the images are too few to learn from",
    verified_by=("tests/unit/validation/checks/config/test_from_scratch_with_little_data.py",),
    what="The training starts from random weights and has fewer than 1,000 images.",
    why=(
        "The official models were trained on 118,000 images. From scratch on few photographs the loss falls, but the model detects little on "
        "other images; only small models of simple objects learn."
    ),
    fix='Set fine_tune_checkpoint to a checkpoint of the same model, with fine_tune_checkpoint_type: "detection".',
)
ACCUMULATORS = (Summary,)
FIELD = "train_config.fine_tune_checkpoint"
FEW = 1000


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding. Info, because the inputs do not show whether a model can learn them from scratch."""
    inputs, images = dataset.inputs, dataset.train[Summary].images
    settings = inputs.config.train_config
    if settings.fine_tune_checkpoint or inputs.latest is not None or not dataset.all_read or not 0 < images < FEW:
        return
    plain = "" if settings.data_augmentation_options else " No data_augmentation_options are set either."
    hint = None if not plain else f"{RULE.fix} Add data_augmentation_options, for example random_horizontal_flip {{}}."
    yield RULE.finding(
        f"No fine_tune_checkpoint is set, and the training has {images:,} images.{plain}",
        hint,
        where=Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of("train_config"), field=FIELD),
    )

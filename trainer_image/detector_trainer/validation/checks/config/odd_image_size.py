"""The resizer of a CenterNet keeps the sizes of images or produces several, and their sides are not multiples of 32."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.checks.config.mixed_image_sizes import ResizedSizes, certain
from detector_trainer.validation.checks.config.unsupported_image_size import HALVED_FIVE_TIMES
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/odd-image-size",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(11,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="The resizer of a CenterNet produces images of several sizes, such as identity_resizer, and some are not multiples of 32.",
    why='The map of a CenterNet must have a quarter of the image\'s size: the trainer fails with "Incompatible shapes".',
    fix="Use fixed_shape_resizer, or keep_aspect_ratio_resizer with pad_to_max_dimension: true, with multiples of 32.",
)
ACCUMULATORS = (ResizedSizes,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding, with the first such image."""
    config, settings = dataset.inputs.config, dataset.train_settings
    if config.model.WhichOneof("model") != "center_net" or settings.resizer is None or not certain(dataset):
        return
    extractor = config.model.center_net.feature_extractor.type
    if not extractor.startswith(HALVED_FIVE_TIMES):
        return
    odd = next((image for image in dataset.train[ResizedSizes].images if any(side % 32 for side in image.resized)), None)
    if odd is not None:
        field = "model.center_net.image_resizer"
        height, width = odd.resized
        yield RULE.finding(
            f"{settings.resizer.kind} resizes an image to {width} x {height} ({odd.file}, record {odd.record}: {odd.size[1]} x {odd.size[0]}); "
            f"{extractor} requires multiples of 32.",
            where=dataset.inputs.at(field),
        )

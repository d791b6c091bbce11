"""The feature extractor cannot produce its levels, or the anchor generator expects another number of them (core/anchor_generator.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline.extractors import extractors, pyramid
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import AnchorGenerator

RULE = Rule(
    code="config/feature-map-mismatch",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="The feature extractor does not support its levels, or produces another number of levels than the anchor generator expects.",
    why=(
        'The trainer fails at the first step: "Number of feature maps is expected to equal the length of num_anchors_per_location", '
        "or inside FeatureMaps."
    ),
    fix="Set in feature_extractor and the anchor generator the same min_level and max_level, as in the official config of that type.",
)
LEVELS = {"fpn": (2, 5, 0), "bifpn": (1, 4, 6)}
"""The lowest and the highest min_level, and the lowest max_level, by the kind of pyramid."""
LAYERS = 6
"""The number of levels of an extractor with num_layers, which selects the first ones."""
ANCHORS = {"ssd": "anchor_generator", "faster_rcnn": "first_stage_anchor_generator"}


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    architecture = inputs.config.model.WhichOneof("model")
    if architecture not in ANCHORS:
        return
    model = getattr(inputs.config.model, architecture)
    settings = model.feature_extractor
    taken = extractors()[architecture].get(settings.type)
    if taken is None:  # another check reports it
        return
    made = 1 if architecture == "faster_rcnn" else len(range(LAYERS)[: settings.num_layers])
    levels = pyramid(architecture, settings)
    if levels is not None:
        low, high = levels
        made = high - low + 1
        block = "bifpn" if "bifpn" in taken else "fpn"
        lowest, highest, least = LEVELS[block]
        if not lowest <= low <= highest or high < max(low, least):
            if not getattr(settings, "use_explicit_padding", False):  # it crops one level to the size of the other
                field = f"model.{architecture}.feature_extractor.{block}"
                yield RULE.finding(
                    f"{field} has levels {low} to {high}; {settings.type} needs a min_level from {lowest} to {highest}, "
                    f"and a max_level {f'of at least {least}' if least else 'not below it'}.",
                    where=inputs.at(field),
                )
            return
    field = f"model.{architecture}.{ANCHORS[architecture]}"
    anchors = _layers(getattr(model, ANCHORS[architecture]))
    if anchors is not None and anchors != made:
        yield RULE.finding(
            f"{field} has anchors for {anchors} feature maps, but {settings.type} produces {made}"
            + ("; it ignores fpn." if settings.type.startswith("ssd_resnet") else "."),
            where=inputs.at(field),
        )


def _layers(generator: AnchorGenerator) -> int | None:
    """Return the number of feature maps that have anchors; None if it is unknown."""
    kind = generator.WhichOneof("anchor_generator_oneof")
    if kind == "grid_anchor_generator":
        return 1
    if kind == "multiscale_anchor_generator":
        levels = generator.multiscale_anchor_generator
        return len(range(levels.min_level, levels.max_level + 1))
    if kind == "flexible_grid_anchor_generator":
        return len(generator.flexible_grid_anchor_generator.anchor_grid)
    if kind == "ssd_anchor_generator":
        layers = generator.ssd_anchor_generator
        return len(layers.scales[: layers.num_layers]) if layers.scales else int(layers.num_layers)
    return None

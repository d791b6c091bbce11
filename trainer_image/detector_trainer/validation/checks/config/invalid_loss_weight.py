"""The weight of a loss is NaN or infinite, which makes the loss NaN or infinite from the first step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import CenterNet, DetectionModel, FasterRcnn, Ssd

RULE = Rule(
    code="config/invalid-loss-weight",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(10,),
    silent_impact="useless: the loss and every variable are nan from the first step on",
    verified_by=("tests/oracle/test_recorded.py",),
    what="The weight of a loss in the model is nan or inf.",
    why="The loss is multiplied by it. The trainer continues to the last step.",
    fix="Copy the weight from the official config of the model; if that has none, use 1.",
)
Weights = Iterator[tuple[str, float]]
"""Fields below model that the trainer uses, with their values."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each weight."""
    for field, value in broken(inputs).items():
        yield RULE.finding(f"{field} is {value:g}.", where=inputs.at(field))


def broken(inputs: Inputs) -> dict[str, float]:
    """Return the weights that are nan or inf, by field."""
    kind = inputs.config.model.WhichOneof("model")
    if kind not in WEIGHTS:
        return {}
    weights = WEIGHTS[kind](inputs.config.model)
    return {f"model.{kind}.{path}": value for path, value in weights if not math.isfinite(value)}


def _ssd(model: Ssd) -> Weights:
    for name in ("classification_weight", "localization_weight"):
        yield f"loss.{name}", getattr(model.loss, name)


def _faster_rcnn(model: FasterRcnn) -> Weights:
    names = ["first_stage_localization_loss_weight", "first_stage_objectness_loss_weight"]
    if model.number_of_stages > 1:
        names += ["second_stage_localization_loss_weight", "second_stage_classification_loss_weight"]
    for name in names:
        yield name, getattr(model, name)


def _center_net(model: CenterNet) -> Weights:
    yield "object_center_params.object_center_loss_weight", model.object_center_params.object_center_loss_weight
    if model.HasField("object_detection_task"):
        for name in ("task_loss_weight", "offset_loss_weight", "scale_loss_weight"):
            yield f"object_detection_task.{name}", getattr(model.object_detection_task, name)
    if model.HasField("deepmac_mask_estimation"):  # the other tasks are not built; masks whose weight is nan are ignored
        return
    for number, task in enumerate(model.keypoint_estimation_task):
        for name in ("task", "keypoint_regression", "keypoint_heatmap", "keypoint_offset"):
            yield f"keypoint_estimation_task[{number}].{name}_loss_weight", getattr(task, f"{name}_loss_weight")
    if model.HasField("mask_estimation_task"):
        yield "mask_estimation_task.task_loss_weight", model.mask_estimation_task.task_loss_weight


WEIGHTS: dict[str, Callable[[DetectionModel], Weights]] = {
    "ssd": lambda model: _ssd(model.ssd),
    "faster_rcnn": lambda model: _faster_rcnn(model.faster_rcnn),
    "center_net": lambda model: _center_net(model.center_net),
}
"""The functions by meta-architecture."""

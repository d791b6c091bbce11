"""A block of the model has to select one of several kinds and selects none (builders/*_builder.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import CenterNet, DetectionModel, FasterRcnn, Loss, Ssd

RULE = Rule(
    code="config/incomplete-model",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="A block of the model that selects a kind, such as box_predictor, anchor_generator or a loss, is missing or empty.",
    why='The trainer fails with "Unknown box predictor for Keras: None", "Empty loss config" or a similar error when it builds the model.',
    fix="Copy the block from the official config of the model.",
)
Blocks = Iterator[tuple[str, Message]]
"""Fields below model that have to select a kind, each with its message."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each block."""
    architecture = inputs.config.model.WhichOneof("model")
    if architecture not in CHOICES:
        return
    for path, message in CHOICES[architecture](inputs.config.model):
        (kinds,) = message.DESCRIPTOR.oneofs
        if message.WhichOneof(kinds.name) is None:
            field = f"model.{architecture}.{path}"
            some = ", ".join(kind.name for kind in kinds.fields[:3])
            yield RULE.finding(
                f"{field} selects no kind: {some} …",
                where=inputs.at(field),
            )


def _ssd(model: Ssd) -> Blocks:
    for name in ("box_coder", "matcher", "similarity_calculator", "anchor_generator", "box_predictor"):
        yield name, getattr(model, name)
    yield from _losses("loss", model.loss)


def _faster_rcnn(model: FasterRcnn) -> Blocks:
    for name in (
        "first_stage_anchor_generator",
        "second_stage_box_predictor",
    ):  # the second stage too, even if the model has only one stage
        yield name, getattr(model, name)


def _center_net(model: CenterNet) -> Blocks:
    yield "object_center_params.classification_loss", model.object_center_params.classification_loss
    asked = model.HasField
    if asked("object_detection_task"):
        yield "object_detection_task.localization_loss", model.object_detection_task.localization_loss
    if asked("deepmac_mask_estimation"):  # the other tasks are not built
        yield "deepmac_mask_estimation.classification_loss", model.deepmac_mask_estimation.classification_loss
        return
    for number, task in enumerate(model.keypoint_estimation_task):
        yield from _losses(f"keypoint_estimation_task[{number}].loss", task.loss)
    for name in ("mask_estimation_task", "track_estimation_task"):
        if asked(name):
            yield f"{name}.classification_loss", getattr(model, name).classification_loss
    if asked("densepose_estimation_task"):
        yield from _losses("densepose_estimation_task.loss", model.densepose_estimation_task.loss)
    if asked("temporal_offset_task"):
        yield "temporal_offset_task.localization_loss", model.temporal_offset_task.localization_loss


def _losses(path: str, loss: Loss) -> Blocks:
    for name in ("classification_loss", "localization_loss"):
        yield f"{path}.{name}", getattr(loss, name)


CHOICES: dict[str, Callable[[DetectionModel], Blocks]] = {
    "ssd": lambda model: _ssd(model.ssd),
    "faster_rcnn": lambda model: _faster_rcnn(model.faster_rcnn),
    "center_net": lambda model: _center_net(model.center_net),
}
"""The functions by meta-architecture."""

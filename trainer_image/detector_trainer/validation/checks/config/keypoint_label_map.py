"""The keypoint label map of a CenterNet with keypoints cannot be read, or lacks a class (builders/model_builder.py)."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline import gfile
from detector_trainer.pipeline.load import parse_text
from detector_trainer.pipeline.text_file import read_text
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.label_map import LABEL_MAP
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/keypoint-label-map",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    held_by=("tests/trainer/test_official_configs.py",),
    what="A CenterNet has a keypoint_estimation_task, and its keypoint_label_map_path is no label map with the keypoints of its class.",
    why="The trainer reads it when it builds the model, and ends with NotFoundError or KeyError.",
    fix="Give a label map whose item of that name has keypoints { id: 0 label: … }, one for each.",
)
FIELD = "model.center_net.keypoint_label_map_path"


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    if inputs.config.model.WhichOneof("model") != "center_net":
        return
    model = inputs.config.model.center_net
    path = model.keypoint_label_map_path
    if not model.keypoint_estimation_task or gfile.is_remote(path):
        return
    where = Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of(FIELD), field=FIELD)
    if not path:
        yield RULE.finding(f"{FIELD} is not set.", where=where)
        return
    try:
        message = parse_text(path, read_text(path, "keypoint label map"), LABEL_MAP)
    except Unreadable as problem:
        hint = "Replace PATH_TO_BE_CONFIGURED by the real path." if "PATH_TO_BE_CONFIGURED" in path else problem.hint
        yield RULE.finding(f"{problem}.", hint, where=where)
        return
    known = {item.name for item in message.item if item.keypoints}
    for task in model.keypoint_estimation_task:
        if task.keypoint_class_name not in known:
            yield RULE.finding(f"{path} has no item {task.keypoint_class_name!r} with keypoints.", where=where)
            return

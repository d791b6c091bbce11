"""The keypoint label map of a CenterNet cannot be read, or does not match its tasks (builders/model_builder.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline import gfile
from detector_trainer.pipeline.load import parse_text
from detector_trainer.pipeline.text_file import read_text
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import types
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import CenterNet, StringIntLabelMapItem

RULE = Rule(
    code="config/invalid-keypoint-label-map",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    verified_by=("tests/trainer/test_official_configs.py", "tests/oracle/test_recorded.py"),
    what="A CenterNet has a keypoint_estimation_task, but its keypoint_label_map_path is not a label map with the keypoints of its class.",
    why=(
        "The trainer reads it when it builds the model, and fails with NotFoundError, KeyError or ValueError; or at the first step, "
        'with "indices … not in", if the reader does not load a keypoint of the label map.'
    ),
    fix="Set a label map whose item of that name has one keypoints { id: 0 label: … } for each keypoint, with ids from 0.",
)
FIELD = "model.center_net.keypoint_label_map_path"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.config.model.WhichOneof("model") != "center_net":
        return
    model = inputs.config.model.center_net
    path = model.keypoint_label_map_path
    if not model.keypoint_estimation_task or model.HasField("deepmac_mask_estimation") or gfile.is_remote(path):
        return  # the keypoints of a DeepMAC are not built
    where = inputs.at(FIELD)
    if not path:
        yield RULE.finding(f"{FIELD} is not set.", where=where)
        return
    try:
        message = parse_text(path, read_text(path, "keypoint label map"), types.StringIntLabelMap)
    except Unreadable as error:
        hint = "Replace PATH_TO_BE_CONFIGURED with the real path." if "PATH_TO_BE_CONFIGURED" in path else error.hint
        yield RULE.finding(f"{error}.", hint, where=where)
        return
    problem = _wrong(message.item, model, inputs.config.train_input_reader.num_keypoints)
    if problem:
        yield RULE.finding(f"{path} {problem}.", where=where)


def _wrong(items: Sequence[StringIntLabelMapItem], model: CenterNet, loaded: int) -> str:
    """Return the problem of the label map, or of what the tasks use from it; empty if it is valid."""
    for item in items:
        if item.id < 0 or (item.id == 0 and "background" not in (item.name, item.display_name)):
            return f"has item {item.name!r} with id {item.id}; ids must be those of the label map, from 1"
    known = {item.name: item for item in items if item.keypoints}
    tasks = model.keypoint_estimation_task
    for task in tasks:
        if task.keypoint_class_name not in known:
            return f"has no item {task.keypoint_class_name!r} with keypoints"
    learned = [known[task.keypoint_class_name] for task in tasks]
    for number, tasks_of_it in Counter(item.id for item in learned).items():
        if tasks_of_it > 1:
            return f"has one class, {number}, for {tasks_of_it} keypoint_estimation_tasks"
        if number > model.num_classes:
            return f"has class {number}, above num_classes {model.num_classes}"
    for number, uses in Counter(point.id for item in learned for point in item.keypoints).items():
        if uses > 1:
            return f"has keypoint id {number} {uses} times"
        if loaded and not 0 <= number < loaded:
            return f"has keypoint id {number}, and train_input_reader.num_keypoints {loaded} gives 0 to {loaded - 1}"
    return ""

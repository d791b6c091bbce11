"""Checks whether a checkpoint fits the model of a config, as far as that is possible without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from detector_trainer.checkpoints import model_signatures
from detector_trainer.checkpoints.checkpoint import Checkpoint
from detector_trainer.checkpoints.model_signatures import CLASSES, PYRAMID, Signature
from detector_trainer.checkpoints.restore import VALUE, Match, match
from detector_trainer.pipeline.unreadable import Unreadable

if TYPE_CHECKING:
    from detector_trainer.protos.types import TrackableObjectGraph, TrainConfig, TrainEvalPipelineConfig

CLASSIFICATION, DETECTION, FULL = "classification", "detection", "full"
ROOTS: Final = {CLASSIFICATION: "feature_extractor", DETECTION: "model", FULL: "model"}
"""By fine_tune_checkpoint_type, the object at the root of a checkpoint that is restored."""
SAVE_COUNTER: Final = "save_counter"
EXTRACTORS: Final = {
    "ssd": ("_feature_extractor",),
    "center_net": ("_feature_extractor",),
    "faster_rcnn": ("_feature_extractor_for_proposal_features", "_feature_extractor_for_box_classifier_features"),
}
"""By meta-architecture, the parts of a model that "detection" restores."""
ARCHITECTURES: Final = {"ssd": "SSD", "faster_rcnn": "Faster R-CNN", "center_net": "CenterNet"}
PYRAMIDS: Final = (256, 128, 64, 96, 32, 48, 160, 192, 512)
"""Depths of a feature pyramid to try when recognising a checkpoint."""


@dataclass(frozen=True)
class Fit:
    """A model and its match with a checkpoint."""

    signature: Signature
    match: Match | None
    """None if the trainer has nothing to restore for that fine_tune_checkpoint_type, and fails."""


def fine_tune_type(train_config: TrainConfig) -> str:
    """Return fine_tune_checkpoint_type, or the default that the trainer uses if it is unset."""
    kind = train_config.fine_tune_checkpoint_type
    return kind or (DETECTION if train_config.from_detection_checkpoint else CLASSIFICATION)


def fit(config: TrainEvalPipelineConfig, checkpoint: Checkpoint, kind: str) -> Fit | None:
    """Match a checkpoint with the variables that a fine_tune_checkpoint_type restores.

    Args:
        config: as the trainer would use it.
        checkpoint: an object-based one.
        kind: classification, detection or full.

    Returns:
        None if the variables of the model are unknown. For "full" with unknown heads, only a mismatch is returned.

    Raises:
        Unreadable: the checkpoint's data file is missing or damaged.
    """
    if not _is_plain(config):
        return None
    signature = next(model_signatures.known(config.model), None)
    if signature is None:
        return None
    whole = signature.heads_key is not None and signature.heads_key == model_signatures.heads_key(config.model)
    restored = DETECTION if kind == FULL and not whole else kind
    if signature.roots[restored] is None:
        return Fit(signature, None)
    graph = signature.graph(restored, model_signatures.numbers(config.model))
    found = match(graph, checkpoint.object_graph, checkpoint.shapes)
    return None if restored != kind and found.complete else Fit(signature, found)


def _is_plain(config: TrainEvalPipelineConfig) -> bool:
    """Return whether the model gets images of three channels: another number changes its first layer."""
    model, train = config.model, config.train_config
    architecture = model.WhichOneof("model")
    if architecture not in EXTRACTORS or config.train_input_reader.num_additional_channels:
        return False
    resizer = getattr(model, architecture).image_resizer
    how = resizer.WhichOneof("image_resizer_oneof")
    gray = how is not None and getattr(getattr(resizer, how), "convert_to_grayscale", False)
    return not gray and not any(option.HasField("rgb_to_gray") for option in train.data_augmentation_options)


def restored_tensors(checkpoint: Checkpoint, architecture: str, kind: str) -> frozenset[str]:
    """Return the names of the tensors of a checkpoint that a fine_tune_checkpoint_type may restore, for any model.

    Raises:
        Unreadable: the checkpoint's data file is missing or damaged.
    """
    if kind == CLASSIFICATION:
        starts = [["feature_extractor"]]
    elif kind == DETECTION:
        starts = [["model", part] for part in EXTRACTORS.get(architecture, ())]
    else:
        starts = [["model"]]
    nodes = checkpoint.object_graph.nodes
    return frozenset(
        attribute.checkpoint_key
        for node in _below(nodes, starts)
        for attribute in nodes[node].attributes
        if attribute.name == VALUE and attribute.checkpoint_key in checkpoint.entries
    )


def _below(nodes: Sequence[TrackableObjectGraph.TrackableObject], starts: Iterable[list[str]]) -> Iterator[int]:
    """Yield the numbers of the nodes at some paths, and of all their descendants."""
    queue = [node for path in starts if (node := _at(nodes, path)) is not None]
    seen = set(queue)
    for node in queue:
        yield node
        for child in nodes[node].children:
            if child.node_id not in seen:
                seen.add(child.node_id)
                queue.append(child.node_id)


def _at(nodes: Sequence[TrackableObjectGraph.TrackableObject], path: list[str]) -> int | None:
    node: int | None = 0 if nodes else None
    for name in path:
        if node is None:
            return None
        node = next((child.node_id for child in nodes[node].children if child.local_name == name), None)
    return node


def other_model(config: TrainEvalPipelineConfig, checkpoint: Checkpoint, kind: str) -> str | None:
    """Describe the model of a checkpoint and the model of a config, if they differ; None if they do not, or it is unknown."""
    try:
        found = _recognised(config, checkpoint, kind)
    except Unreadable:
        return None
    if found is None:
        return None
    signature, pyramid = found
    settings = getattr(config.model, config.model.WhichOneof("model"))
    own = next(model_signatures.known(config.model), None)
    theirs, ours = _describe(signature), _describe(own) if own else settings.feature_extractor.type
    if theirs != ours:
        return f"The checkpoint is of {theirs}, the config requires {ours}."
    mine = model_signatures.numbers(config.model).get(PYRAMID)
    if signature.extractor_key == (own and own.extractor_key):
        if pyramid is not None and pyramid != mine:
            return f"The checkpoint is of {theirs} with a feature pyramid {pyramid} deep, that of the config is {mine} deep."
        return None
    differing = _differing(signature, model_signatures.extractor_key(config.model))
    return f"The checkpoint is of {theirs} with other options: {differing}." if differing else None


def _recognised(config: TrainEvalPipelineConfig, checkpoint: Checkpoint, kind: str) -> tuple[Signature, int | None] | None:
    """Find the signature that matches all variables of a checkpoint, and the depth of its feature pyramid."""
    mine = model_signatures.numbers(config.model)
    asked = CLASSIFICATION if kind == CLASSIFICATION else DETECTION
    counts = {
        architecture: len(restored_tensors(checkpoint, architecture, asked)) + 1  # and the save_counter
        for architecture in ARCHITECTURES
    }
    for signature in sorted(model_signatures.signatures(), key=lambda one: one.extractor_key):
        if signature.roots.get(asked) is None or signature.variables[asked] != counts[signature.architecture]:
            continue
        for pyramid in (mine[PYRAMID], *PYRAMIDS) if PYRAMID in mine else PYRAMIDS:
            graph = signature.graph(asked, {**mine, PYRAMID: pyramid, CLASSES: 1})
            found = match(graph, checkpoint.object_graph, checkpoint.shapes)
            if found.complete:
                return signature, pyramid
            if PYRAMID not in signature.numbers:
                break
    return None


def _describe(signature: Signature) -> str:
    multiplied = f" (depth_multiplier {signature.depth_multiplier:g})" if signature.depth_multiplier != 1 else ""
    return f"{ARCHITECTURES[signature.architecture]} with {signature.extractor}{multiplied}"


def _differing(signature: Signature, key: str) -> str:
    """List options in which two feature extractors differ."""
    theirs, ours = dict(_flat(json.loads(signature.extractor_key))), dict(_flat(json.loads(key)))
    names = sorted(name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name))
    differences = [f"{name} {theirs.get(name, 'default')} and not {ours.get(name, 'default')}" for name in names]
    return ", ".join(differences[:3])


def _flat(thing: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from _flat(value, f"{name}.{key}".removeprefix("."))
    elif isinstance(thing, list) and thing and isinstance(thing[0], dict):
        for value in thing:
            yield from _flat(value, name)
    else:
        yield name, thing

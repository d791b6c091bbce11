"""Computes what tf.train.Checkpoint(...).restore(PREFIX) restores of a model, without TensorFlow.

TensorFlow walks two graphs of named objects side by side, breadth first: that of the model, and the TrackableObjectGraph of the
checkpoint (tensorflow/python/checkpoint/restore.py). A variable gets the value of the checkpoint's node that it is matched with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector_trainer.protos.types import TrackableObjectGraph

VALUE = "VARIABLE_VALUE"
Shape = tuple[int, ...]
_HEADS = ("box_predictor", "boxpredictor", "prediction_head")
"""Parts of a model whose size follows from its classes and anchors."""


@dataclass(frozen=True)
class ModelGraph:
    """The objects that a model restores, and their variables."""

    nodes: Sequence[Mapping[str, int]]
    """By number, the names of an object's children and their numbers."""
    shapes: Mapping[int, Shape]
    """By number, the shapes of the objects that are variables."""
    root: int = 0
    names: Mapping[int, str] = field(default_factory=dict)
    """By number, the names of the variables, where they are known."""

    def paths(self) -> dict[int, str]:
        """Return the shortest path from the root to each object below it."""
        paths = {self.root: ""}
        queue = deque([self.root])
        while queue:
            number = queue.popleft()
            for name, child in self.nodes[number].items():
                if child not in paths:
                    paths[child] = f"{paths[number]}/{name}".lstrip("/")
                    queue.append(child)
        return paths


@dataclass
class Match:
    """The match of a model's variables with a checkpoint."""

    variables: int = 0
    """Number of variables of the model."""
    missing: list[str] = field(default_factory=list)
    """Paths of variables that the checkpoint has no value for."""
    other_shape: list[tuple[str, Shape, Shape]] = field(default_factory=list)
    """Paths of variables with another shape in the checkpoint; that of the model, that of the checkpoint."""

    @property
    def complete(self) -> bool:
        """Whether all of them get their value from it: what assert_existing_objects_matched requires."""
        return not self.missing and not self.other_shape

    def __str__(self) -> str:
        """Describe the differences in a sentence or two; empty if there are none."""
        parts = []
        if self.other_shape:
            name, model, checkpoint = self.other_shape[0]
            count = len(self.other_shape)
            parts.append(
                f"{count} of {self.variables} variables {'have' if count > 1 else 'has'} another shape in the checkpoint: "
                f"{name} is {list(model)} in the model and {list(checkpoint)} in the checkpoint."
            )
        if self.missing:
            count = len(self.missing)
            verb = "are" if count > 1 else "is"
            parts.append(f"{count} of {self.variables} variables {verb} not in the checkpoint: {', '.join(self.missing[:2])}.")
        return " ".join(parts)

    def hint(self, *, resumes: bool = False) -> str:
        """Return how to fix the differences."""
        if resumes:
            return "The model was changed since that checkpoint: choose an empty model_dir, or revert the change."
        names = [name.lower() for name, *_ in self.other_shape]
        if names and not self.missing and all(any(head in name for head in _HEADS) for name in names):
            return 'It was trained with another num_classes or other anchors: set fine_tune_checkpoint_type: "detection".'
        return "It belongs to another model: use the checkpoint that belongs to this config, or the config that belongs to it."

    def to_json(self) -> dict[str, object]:
        """Return the match as JSON values, for another process."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Match:
        """Parse what `to_json` returned in another process."""
        shapes = [(name, tuple(model), tuple(checkpoint)) for name, model, checkpoint in values["other_shape"]]
        return cls(values["variables"], list(values["missing"]), shapes)


def match(model: ModelGraph, object_graph: TrackableObjectGraph, shapes: Mapping[str, Shape]) -> Match:
    """Walk the two graphs; return the match.

    Args:
        model: the objects to restore.
        object_graph: of the checkpoint.
        shapes: by name of a tensor in the checkpoint, its shape.
    """
    nodes = object_graph.nodes
    bound = {0: model.root} if nodes else {}
    queue = deque(bound.items())
    while queue:
        stored, own = queue.popleft()
        children = model.nodes[own]
        if not children:
            continue
        for child in nodes[stored].children:
            if child.node_id not in bound and (number := children.get(child.local_name)) is not None:
                bound[child.node_id] = number
                queue.append((child.node_id, number))
    bound_shapes: dict[int, list[Shape]] = {}
    for stored, own in bound.items():
        if own in model.shapes:
            keys = [attribute.checkpoint_key for attribute in nodes[stored].attributes if attribute.name == VALUE]
            bound_shapes.setdefault(own, []).extend(shapes[key] for key in keys if key in shapes)
    found = Match()
    for number, path in model.paths().items():
        shape = model.shapes.get(number)
        if shape is None:
            continue
        found.variables += 1
        path = f"{path} ({model.names[number]})" if number in model.names else path
        stored_shapes = bound_shapes.get(number)
        if not stored_shapes:
            found.missing.append(path)
        elif other := next((other for other in stored_shapes if other != shape), None):
            found.other_shape.append((path, shape, other))
    return found

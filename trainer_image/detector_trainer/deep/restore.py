"""What a checkpoint has for a model: variable by variable, along the object graph that tf.train.Checkpoint restores by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST = 5
"""Variables that are named."""


@dataclass
class Differences:
    """Between the variables of some objects and what a checkpoint holds for them."""

    variables: int = 0
    """Of the objects."""
    missing: list[str] = field(default_factory=list)
    """Names of variables that the checkpoint has no value for."""
    shapes: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    """Names of variables with another shape in the checkpoint; that of the model, that of the checkpoint."""

    def to_json(self) -> dict[str, Any]:
        """For the other process."""
        return {
            "variables": self.variables,
            "missing": len(self.missing),
            "firstMissing": self.missing[:MOST],
            "otherShape": len(self.shapes),
            "firstOtherShape": [[name, list(model), list(checkpoint)] for name, model, checkpoint in self.shapes[:MOST]],
        }


def differences(tf: Any, root: Any, prefix: str) -> Differences:
    """Walks an object and the object graph of a checkpoint side by side.

    Args:
        tf: TensorFlow.
        root: a tf.train.Checkpoint whose variables exist.
        prefix: of the checkpoint.
    """
    from tensorflow.core.protobuf import trackable_object_graph_pb2

    reader = tf.train.load_checkpoint(prefix)
    shapes = reader.get_variable_to_shape_map()
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"))
    view = tf.train.TrackableView(root)
    found = Differences()
    seen: set[int] = set()
    queue: list[tuple[str, Any, int | None]] = [("", root, 0)]
    while queue:
        path, thing, node = queue.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, tf.Variable):
            _compare(found, path, thing, None if node is None else graph.nodes[node], shapes)
            continue
        children = {} if node is None else {child.local_name: child.node_id for child in graph.nodes[node].children}
        for name, child in view.children(thing).items():
            if name != "save_counter" or path:
                queue.append((f"{path}/{name}".lstrip("/"), child, children.get(name)))
    return found


def _compare(found: Differences, path: str, variable: Any, node: Any, shapes: dict[str, list[int]]) -> None:
    found.variables += 1
    name = f"{path} ({variable.name.partition(':')[0]})"
    keys = [attribute.checkpoint_key for attribute in node.attributes] if node is not None else []
    if not keys or keys[0] not in shapes:
        found.missing.append(name)
        return
    model, checkpoint = tuple(variable.shape.as_list()), tuple(shapes[keys[0]])
    if model != checkpoint:
        found.shapes.append((name, model, checkpoint))

"""Extracts the object graph of a model, by which tf.train.Checkpoint restores, from a model of the trainer's builders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detector_trainer.checkpoints.restore import ModelGraph

if TYPE_CHECKING:
    import tensorflow as tf

    from detector_trainer.protos.types import DetectionModel

SIDE: Final = 256
"""Height and width of the image that creates the variables: a multiple of every stride. Shapes do not depend on it."""


def build_model(proto: DetectionModel) -> tf.Module:
    """Build a model as for a training, and run it on one black image, which creates all its variables.

    Args:
        proto: a DetectionModel of the trainer's own classes; its image_resizer is replaced.

    Raises:
        Exception: whatever the builder or the model raises.
    """
    import tensorflow as tf
    from object_detection.builders import model_builder

    settings = getattr(proto, proto.WhichOneof("model"))
    settings.image_resizer.Clear()
    settings.image_resizer.fixed_shape_resizer.height = settings.image_resizer.fixed_shape_resizer.width = SIDE
    if proto.HasField("faster_rcnn"):  # no variable depends on the number of boxes in the second stage
        settings.first_stage_max_proposals = settings.second_stage_batch_size = 2
        suppression = settings.second_stage_post_processing.batch_non_max_suppression
        suppression.max_detections_per_class = suppression.max_total_detections = 2
    model = model_builder.build(proto, is_training=True)
    model._is_training = False  # otherwise a second stage requires boxes
    images, shapes = model.preprocess(tf.zeros([1, SIDE, SIDE, 3]))
    model.predict(images, shapes)
    return model


def restored(model: tf.Module) -> dict[str, tf.train.Checkpoint | None]:
    """Return by fine_tune_checkpoint_type what train_loop restores; None where the model does not support the type."""
    import tensorflow as tf

    found = {}
    for kind in ("classification", "detection", "full"):
        try:
            found[kind] = tf.train.Checkpoint(**model.restore_from_objects(fine_tune_checkpoint_type=kind))
        except NotImplementedError:
            found[kind] = None
        else:
            assert found[kind].save_counter is not None  # the access creates it, as restore() does
    return found


class Walker:
    """Numbers objects and their children, breadth first."""

    def __init__(self) -> None:
        import tensorflow as tf

        self._variable = tf.Variable
        self._view = tf.train.TrackableView(tf.train.Checkpoint())
        self._numbers: dict[int, int] = {}
        self._alive: list[object] = []
        self.nodes: list[dict[str, int]] = []
        """By object number, the names and numbers of its children."""
        self.shapes: dict[int, tuple[int, ...]] = {}
        """By object number, the shapes of variables."""
        self.names: dict[int, str] = {}
        """By object number, the names of variables."""

    def graph(self, root: object) -> ModelGraph:
        """Walk from an object; return the graph of everything walked so far, with that object as its root."""
        number = self.walk(root)
        return ModelGraph(self.nodes, self.shapes, number, self.names)

    def walk(self, root: object) -> int:
        """Walk from an object; return its number."""
        first, queue = self._number(root), [root]
        done = {id(root)}
        for thing in queue:
            number = self._number(thing)
            if isinstance(thing, self._variable):
                self.shapes[number] = tuple(thing.shape.as_list())
                self.names[number] = thing.name.partition(":")[0]
                continue
            if self.nodes[number]:
                continue
            for name, child in self._view.children(thing).items():
                self.nodes[number][name] = self._number(child)
                if id(child) not in done:
                    done.add(id(child))
                    queue.append(child)
        return first

    def _number(self, thing: object) -> int:
        if id(thing) not in self._numbers:
            self._numbers[id(thing)] = len(self.nodes)
            self._alive.append(thing)
            self.nodes.append({})
        return self._numbers[id(thing)]

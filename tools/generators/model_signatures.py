"""Write model_signatures.xz with the real builders: `python -m generators.model_signatures`; takes about 15 minutes.

The models are those of the official configs, and feature extractors with other values of the options that variables depend on.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from detector_trainer.checkpoints.model_signatures import CLASSES, PYRAMID, extractor_key, heads_key, numbers
from detector_trainer.checkpoints.restore import ModelGraph
from detector_trainer.data import MODEL_SIGNATURES
from detector_trainer.protos import message_class
from generators import DATA, OFFICIAL_CONFIGS

TARGET = DATA / MODEL_SIGNATURES
# Primes that no dimension is a multiple of for another reason.
MANY_CLASSES, DEEP = 1009, (997, 991, 983, 977, 971, 967, 953)
MULTIPLIERS = (0.25, 0.35, 0.5, 0.75, 1.0, 1.4)
LEVELS = ((3, 6), (2, 7))
# Those on MobileNet V2 download weights when they are built, those on ResNet-18 and 34 need a part of Keras that is not public.
CENTER_NETS = (
    "resnet_v2_50", "resnet_v2_101", "resnet_v1_50_fpn", "resnet_v1_101_fpn",
    "hourglass_10", "hourglass_20", "hourglass_32", "hourglass_52", "hourglass_104",
)  # fmt: skip


def official_models() -> Iterator[Any]:
    """Yield the DetectionModel protos of the 40 official configs."""
    for path in OFFICIAL_CONFIGS:
        config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
        text_format.Merge(path.read_text(), config)
        yield config.model


def models() -> Iterator[Any]:
    """Yield all models, official ones first."""
    official = list(official_models())
    yield from official
    by_type = {getattr(model, model.WhichOneof("model")).feature_extractor.type: model for model in official}
    for kind in ("ssd_mobilenet_v2_fpn_keras", "ssd_mobilenet_v1_fpn_keras", "ssd_mobilenet_v2_keras", "ssd_mobilenet_v1_keras"):
        # Version 1 without a pyramid is in no official config.
        official_model = by_type.get(kind, by_type["ssd_mobilenet_v2_keras"])
        usual = official_model.ssd.feature_extractor.use_depthwise
        for multiplier in MULTIPLIERS:
            yield _changed(official_model, kind, depth_multiplier=multiplier)
        yield _changed(official_model, kind, use_depthwise=not usual)
    for kind in ("ssd_mobilenet_v2_fpn_keras", "ssd_mobilenet_v1_fpn_keras"):
        for levels in LEVELS:
            yield _changed(by_type[kind], levels=levels)
    for layers in (101, 152):
        yield _changed(by_type["faster_rcnn_resnet50_fpn_keras"], f"faster_rcnn_resnet{layers}_fpn_keras")
    center_net = by_type["resnet_v2_101"]
    for extractor in CENTER_NETS:
        yield _changed(center_net, extractor)


def _changed(model: Any, kind: str | None = None, *, levels: tuple[int, int] | None = None, **options: Any) -> Any:
    """Copy a model with another feature extractor; only the variables of the extractor are kept."""
    changed = type(model)()
    changed.CopyFrom(model)
    settings = getattr(changed, changed.WhichOneof("model"))
    settings.feature_extractor.type = kind or settings.feature_extractor.type
    for name, value in options.items():
        setattr(settings.feature_extractor, name, value)
    if levels:
        settings.feature_extractor.fpn.min_level, settings.feature_extractor.fpn.max_level = levels
        if changed.HasField("ssd"):
            anchors = settings.anchor_generator.multiscale_anchor_generator
            anchors.min_level, anchors.max_level = levels
    return changed


def signature(model: Any, *, whole: bool) -> tuple[dict[str, Any], str]:
    """Build a model with TensorFlow; return its entry in the first line of the file, and the line of its graph.

    Args:
        model: a DetectionModel proto.
        whole: include the heads.
    """
    import tensorflow as tf
    from object_detection.protos import model_pb2

    from detector_trainer.deep import model_graph

    architecture = model.WhichOneof("model")
    big = type(model)()
    big.CopyFrom(model)
    settings = getattr(big, architecture)
    settings.num_classes = MANY_CLASSES
    pyramid = _deepen(big)
    with tempfile.TemporaryDirectory() as folder:
        if architecture == "center_net" and settings.keypoint_label_map_path:
            settings.keypoint_label_map_path = _keypoint_map(Path(folder), settings)
        theirs = model_pb2.DetectionModel.FromString(big.SerializeToString())
        built = model_graph.build_model(theirs)
    walker = model_graph.Walker()
    heads = heads_key(model) if whole else None
    wanted = model_graph.restored(built)
    if heads is None:
        del wanted["full"]
    roots = {kind: None if root is None else walker.walk(root) for kind, root in wanted.items()}
    symbols = {MANY_CLASSES: (CLASSES, 0), MANY_CLASSES + 1: (CLASSES, 1)} | ({pyramid: (PYRAMID, 0)} if pyramid else {})
    shapes = [(number, [_symbolic(size, symbols) for size in shape]) for number, shape in sorted(walker.shapes.items())]
    tf.keras.backend.clear_session()
    extractor = settings.feature_extractor
    entry = {
        "architecture": architecture,
        "extractor": extractor.type,
        "depth_multiplier": round(getattr(extractor, "depth_multiplier", 1.0), 4),
        "extractor_key": extractor_key(model),
        "heads_key": heads,
        "roots": roots,
    }
    return entry, json.dumps([walker.nodes, shapes], separators=(",", ":"))


def _counted(roots: dict[str, int | None], line: str) -> dict[str, Any]:
    """Count the variables below each root; list the numbers that their shapes depend on."""
    nodes, shapes = json.loads(line)
    variables = {number for number, _ in shapes}
    below = {
        kind: len(variables & ModelGraph(nodes, {}, root).paths().keys()) for kind, root in roots.items() if root is not None
    }
    return {"variables": below, "numbers": sorted({size[1] for _, shape in shapes for size in shape if isinstance(size, list)})}


def _deepen(model: Any) -> int | None:
    """Set the depth of the feature pyramid to a prime and return it; None if the model has no pyramid."""
    settings = getattr(model, model.WhichOneof("model"))
    extractor = settings.feature_extractor
    if "fpn" not in {field.name for field, _ in extractor.ListFields()}:
        return None
    for prime in DEEP:
        for depth in range(1, 20 * prime):
            extractor.fpn.additional_layer_depth = depth
            if (found := numbers(model)[PYRAMID]) == prime:
                return prime
            if found > prime:
                break
    raise ValueError(f"no depth of the pyramid is a prime with the depth multiplier {extractor.depth_multiplier}")


def _keypoint_map(folder: Path, settings: Any) -> str:
    path = folder / "keypoints.pbtxt"
    classes = {task.keypoint_class_name for task in settings.keypoint_estimation_task}
    points = sorted({name for task in settings.keypoint_estimation_task for name in task.keypoint_label_to_std})
    body = " ".join(f"keypoints {{ id: {number} label: '{name}' }}" for number, name in enumerate(points))
    path.write_text("".join(f"item {{ id: {number} name: '{name}' {body} }}\n" for number, name in enumerate(sorted(classes), 1)))
    return str(path)


def _symbolic(size: int, symbols: dict[int, tuple[str, int]]) -> Any:
    for prime, (name, more) in symbols.items():
        if size and size % prime == 0:
            return [size // prime, name, more]
    return size


def generate() -> bytes:
    """Return the content of the file."""
    import object_detection  # noqa: F401 - fails early if the trainer is missing

    official = [extractor_key(model) + str(heads_key(model)) for model in official_models()]
    entries: dict[str, dict[str, Any]] = {}
    lines: list[str] = []
    for model in models():
        whole = extractor_key(model) + str(heads_key(model)) in official
        name = extractor_key(model) + (str(heads_key(model)) if whole else "")
        if name in entries or (not whole and any(known.startswith(extractor_key(model)) for known in entries)):
            continue
        entries[name], line = signature(model, whole=whole)
        entries[name] |= _counted(entries[name]["roots"], line)
        lines.append(line)
    first = json.dumps({"signatures": list(entries.values())}, separators=(",", ":"), sort_keys=True)
    return lzma.compress("\n".join([first, *lines]).encode(), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    from detector_trainer import compat

    compat.install()
    TARGET.write_bytes(generate())

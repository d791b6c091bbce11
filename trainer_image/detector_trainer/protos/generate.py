"""Writes descriptors.binpb from the installed trainer packages: `python -m detector_trainer.protos.generate`.

Needs the trainer's packages installed. The pb2 modules of object_detection are of a style that today's protobuf refuses to
import, so the serialized descriptor is read out of their source; TensorFlow's are imported.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

from google.protobuf import descriptor_pb2

# tf.train.Example, and what a TF2 checkpoint's index and object graph are made of (tensorflow/core/protobuf).
TENSORFLOW_MODULES = (
    "tensorflow.core.example.example_pb2",
    "tensorflow.core.protobuf.tensor_bundle_pb2",
    "tensorflow.core.protobuf.trackable_object_graph_pb2",
)
TARGET = Path(__file__).with_name("descriptors.binpb")


def main() -> None:
    """Writes the set beside this file."""
    TARGET.write_bytes(generate())


def generate() -> bytes:
    """The serialized FileDescriptorSet, dependencies first, in a stable order."""
    found = _object_detection() | _tensorflow()
    ordered: dict[str, descriptor_pb2.FileDescriptorProto] = {}

    def add(name: str) -> None:
        if name in ordered:
            return
        for dependency in found[name].dependency:
            add(dependency)
        ordered[name] = found[name]

    for name in sorted(found):
        add(name)
    return descriptor_pb2.FileDescriptorSet(file=ordered.values()).SerializeToString(deterministic=True)


def _object_detection() -> dict[str, descriptor_pb2.FileDescriptorProto]:
    spec = importlib.util.find_spec("object_detection")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("object_detection is not installed: install requirements/trainer-cpu.txt first")
    found = {}
    for path in sorted(Path(spec.submodule_search_locations[0], "protos").glob("*_pb2.py")):
        file = descriptor_pb2.FileDescriptorProto.FromString(_serialized_pb(path))
        found[file.name] = file
    return found


def _serialized_pb(path: Path) -> bytes:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "serialized_pb" and isinstance(node.value, ast.Constant):
            value = node.value.value
            return value if isinstance(value, bytes) else str(value).encode("latin-1")
    raise SystemExit(f"{path}: no serialized_pb in it; the trainer package has changed, look at how its pb2 modules are made")


def _tensorflow() -> dict[str, descriptor_pb2.FileDescriptorProto]:
    found: dict[str, descriptor_pb2.FileDescriptorProto] = {}

    def add(file: object) -> None:
        proto = descriptor_pb2.FileDescriptorProto.FromString(file.serialized_pb)  # type: ignore[attr-defined]
        found[proto.name] = proto
        for dependency in file.dependencies:  # type: ignore[attr-defined]
            add(dependency)

    for name in TENSORFLOW_MODULES:
        add(importlib.import_module(name).DESCRIPTOR)
    return found


if __name__ == "__main__":
    main()

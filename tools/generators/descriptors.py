"""Write descriptors.binpb from the installed trainer packages: `python -m generators.descriptors`.

Needs the trainer's packages installed, and imports none of them: the pb2 modules of object_detection are of a style that today's
protobuf refuses to import, and TensorFlow takes seconds. The serialized descriptors are read out of their source.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import google.protobuf
from google.protobuf import descriptor_pb2

from detector_trainer.data import DESCRIPTORS
from generators import DATA

# Besides all of object_detection/protos: tf.train.Example, and the protos of a TF2 checkpoint's index and object graph.
ROOTS = (
    "tensorflow/core/example/example.proto",
    "tensorflow/core/protobuf/tensor_bundle.proto",
    "tensorflow/core/protobuf/trackable_object_graph.proto",
)
TARGET = DATA / DESCRIPTORS


def main() -> None:
    """Write the file."""
    TARGET.write_bytes(generate())


def generate() -> bytes:
    """Return the serialized FileDescriptorSet, dependencies first, in a stable order."""
    protos = sorted(_package("object_detection").glob("protos/*_pb2.py"))
    names = [f"object_detection/protos/{path.name.removesuffix('_pb2.py')}.proto" for path in protos]
    ordered: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for name in (*names, *ROOTS):
        for file in _with_dependencies(name, ordered):
            ordered[file.name] = file
    return descriptor_pb2.FileDescriptorSet(file=ordered.values()).SerializeToString(deterministic=True)


def _with_dependencies(
    name: str, known: dict[str, descriptor_pb2.FileDescriptorProto]
) -> Iterator[descriptor_pb2.FileDescriptorProto]:
    if name in known:
        return
    source = _source(name)
    file = descriptor_pb2.FileDescriptorProto.FromString(_serialized(source))
    for dependency in file.dependency:
        yield from _with_dependencies(dependency, known)
    yield file


def _source(name: str) -> Path:
    """Return the pb2 module of a proto file, found without importing its package."""
    module = f"{name.removesuffix('.proto')}_pb2.py"
    if name.startswith("google/protobuf/"):
        return Path(google.protobuf.__file__).parents[2] / module
    package, _, path = module.partition("/")
    return _package(package) / path


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{name} is not installed: install requirements/trainer-cpu.txt first")
    return Path(spec.submodule_search_locations[0])


def _serialized(source: Path) -> bytes:
    """Extract the serialized FileDescriptorProto of a pb2 module: `serialized_pb=…` (old style) or `AddSerializedFile(…)`."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "serialized_pb" and isinstance(node.value, ast.Constant):
            value = node.value.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "AddSerializedFile"
            and isinstance(node.args[0], ast.Constant)
        ):
            value = node.args[0].value
        else:
            continue
        if isinstance(value, bytes):
            return value
    raise SystemExit(f"{source}: no serialized descriptor: the package has changed, check how its pb2 modules are generated")


if __name__ == "__main__":
    main()

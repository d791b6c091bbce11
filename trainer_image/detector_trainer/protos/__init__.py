"""Message classes of the trainer's protos, without TensorFlow.

`descriptors.binpb` is a FileDescriptorSet that `python -m detector_trainer.protos.generate` takes out of the pinned trainer
packages: every `object_detection/protos/*.proto`, `tf.train.Example` / `SequenceExample`, and the protos of the TF2
checkpoint format. The classes live in a pool of their own, so that they never collide with TensorFlow's.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

__all__ = ["descriptor_set", "enum_type", "message_class", "pool"]


@cache
def descriptor_set() -> descriptor_pb2.FileDescriptorSet:
    """The generated set of file descriptors, dependencies first."""
    data = files(__package__).joinpath("descriptors.binpb").read_bytes()
    return descriptor_pb2.FileDescriptorSet.FromString(data)


@cache
def pool() -> descriptor_pool.DescriptorPool:
    """A pool that holds the set (about 3 ms to build, once a process)."""
    built = descriptor_pool.DescriptorPool()
    for file in descriptor_set().file:
        built.Add(file)
    return built


@cache
def message_class(full_name: str) -> type[Message]:
    """The class of a message, for example `object_detection.protos.TrainEvalPipelineConfig`.

    Raises:
        KeyError: the set has no message of that name.
    """
    descriptor: Any = pool().FindMessageTypeByName(full_name)
    return message_factory.GetMessageClass(descriptor)


@cache
def enum_type(full_name: str) -> Any:
    """The EnumDescriptor of an enum, for example `object_detection.protos.InputType`.

    Raises:
        KeyError: the set has no enum of that name.
    """
    return pool().FindEnumTypeByName(full_name)

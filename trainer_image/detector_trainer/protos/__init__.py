"""Provides the message classes of the trainer's protos, without TensorFlow.

`descriptors.binpb` is a FileDescriptorSet that tools/generators/descriptors.py takes out of the pinned trainer
packages: every `object_detection/protos/*.proto`, `tf.train.Example` / `SequenceExample`, and the protos of the TF2
checkpoint format. The classes live in a pool of their own, so that they never collide with TensorFlow's. `types` has them by
their short names, with the types of their fields.
"""

from __future__ import annotations

from functools import cache

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message

from detector_trainer.data import DESCRIPTORS, read_data

__all__ = ["descriptor_set", "enum_type", "message_class", "pool"]


@cache
def descriptor_set() -> descriptor_pb2.FileDescriptorSet:
    """Return the generated set of file descriptors, dependencies first."""
    return descriptor_pb2.FileDescriptorSet.FromString(read_data(DESCRIPTORS))


@cache
def pool() -> descriptor_pool.DescriptorPool:
    """Return a pool that contains the set (built once per process, in about 3 ms)."""
    built = descriptor_pool.DescriptorPool()
    for file in descriptor_set().file:
        built.Add(file)
    return built


@cache
def message_class(full_name: str) -> type[Message]:
    """Return the class of a message whose name is only known at run time; where it is known, `types` has it.

    Args:
        full_name: for example `object_detection.protos.TrainEvalPipelineConfig`.

    Raises:
        KeyError: the set has no message of that name.
    """
    return message_factory.GetMessageClass(pool().FindMessageTypeByName(full_name))


@cache
def enum_type(full_name: str) -> EnumDescriptor:
    """Return the EnumDescriptor of an enum, for example `object_detection.protos.InputType`.

    Raises:
        KeyError: the set has no enum of that name.
    """
    return pool().FindEnumTypeByName(full_name)

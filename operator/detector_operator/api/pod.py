"""Fields of a pod that are handed on as they are; the API server checks them when the pod is made."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, GetPydanticSchema, WithJsonSchema
from typing_extensions import TypedDict  # pydantic takes that of typing from Python 3.12 on

Object = dict[str, Any]
"""A mapping of which nothing is known here."""
Free = Annotated[Object, WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]

_HANDED_ON = ConfigDict(extra="allow", strict=True)


class _EnvVar(TypedDict):
    __pydantic_config__ = _HANDED_ON  # type: ignore[misc]
    name: Annotated[str, Field(min_length=1, max_length=1024, description="Name of the variable.")]


class _Volume(TypedDict):
    __pydantic_config__ = _HANDED_ON  # type: ignore[misc]
    name: Annotated[str, Field(min_length=1, max_length=253, description="Name of the volume.")]


class _VolumeMount(TypedDict):
    __pydantic_config__ = _HANDED_ON  # type: ignore[misc]
    mountPath: Annotated[str, Field(min_length=1, max_length=4096, description="Where it is mounted in the container.")]


# Of these the key is looked at, by which an item is told from the others.
EnvVar = Annotated[Object, GetPydanticSchema(lambda _, handler: handler.generate_schema(_EnvVar))]
Volume = Annotated[Object, GetPydanticSchema(lambda _, handler: handler.generate_schema(_Volume))]
VolumeMount = Annotated[Object, GetPydanticSchema(lambda _, handler: handler.generate_schema(_VolumeMount))]

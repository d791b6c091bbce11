"""Define fields that are copied verbatim to the pod; the API server validates them when the pod is created."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, GetPydanticSchema, WithJsonSchema
from typing_extensions import TypedDict  # pydantic accepts that of typing only with Python 3.12

Object = dict[str, Any]
"""A mapping that is not validated here."""
Free = Annotated[Object, WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]

_VERBATIM = ConfigDict(extra="allow", strict=True)


class _EnvVar(TypedDict):
    __pydantic_config__ = _VERBATIM  # type: ignore[misc]
    name: Annotated[str, Field(min_length=1, max_length=1024, description="Name of the variable.")]


class _Volume(TypedDict):
    __pydantic_config__ = _VERBATIM  # type: ignore[misc]
    name: Annotated[str, Field(min_length=1, max_length=253, description="Name of the volume.")]


class _VolumeMount(TypedDict):
    __pydantic_config__ = _VERBATIM  # type: ignore[misc]
    mountPath: Annotated[str, Field(min_length=1, max_length=4096, description="Where it is mounted in the container.")]


# Only the key that identifies an item is validated.
EnvVar = Annotated[Object, GetPydanticSchema(lambda _, handler: handler.generate_schema(_EnvVar))]
Volume = Annotated[Object, GetPydanticSchema(lambda _, handler: handler.generate_schema(_Volume))]
VolumeMount = Annotated[Object, GetPydanticSchema(lambda _, handler: handler.generate_schema(_VolumeMount))]

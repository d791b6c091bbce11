"""Define the base classes of the models. The description of a field in the CRD is the string below it (see `crd`)."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class SpecModel(BaseModel):
    """Validate fields that users write.

    Field names are camelCase; unknown fields and values of another type (`"3"` for a number) are rejected, as by the API server.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid", strict=True)

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> Self:
        """Return the same object: pydantic copies the default of a field each time, and a spec is immutable."""
        return self


class StatusModel(BaseModel):
    """Validate fields that the operator writes. Unknown fields, of a newer operator, are dropped."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

"""Bases of the resource's models. Each field's description in the CRD is the string below it (see `crd`)."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class SpecModel(BaseModel):
    """What people write.

    camelCase, no unknown fields, and no value of another type than the schema says (`"3"` is no number), because the API
    server would refuse it too.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid", strict=True)

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> Self:
        """Return the same object: pydantic copies the default of a field each time, and nobody changes a spec."""
        return self


class StatusModel(BaseModel):
    """What the operator writes. A newer operator may have written fields that this one does not know: they are dropped."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

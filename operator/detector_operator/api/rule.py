"""Define validation rules that a schema cannot express: once for the API server (CEL) and for `run`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ERROR = "rule"
"""Type of the pydantic error for a violated rule."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Rule:
    """Validate a value, in its `Annotated[...]`.

    The schema must bound everything that `cel` reads (maxLength, maxItems, maxProperties): the API server estimates the cost of a
    rule from these bounds, and rejects a CRD whose rules are too expensive.
    """

    cel: str
    """Expression that the API server evaluates."""
    message: str
    """Follows the name of the field: `must be …`, `requires …`."""
    holds: Callable[[Any], bool] | None = None
    """The same rule for pydantic; None if it applies on clusters only."""
    field: str = ""
    """The field below the value that the message is about, if any."""

    def to_dict(self) -> dict[str, str]:
        """Return the item of x-kubernetes-validations."""
        written = {"rule": self.cel, "message": self.message}
        return {**written, "fieldPath": f".{self.field}"} if self.field else written

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return core_schema.no_info_after_validator_function(self._checked, schema) if self.holds else schema

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        generated = handler(schema)
        return {**generated, "x-kubernetes-validations": [*generated.get("x-kubernetes-validations", []), self.to_dict()]}

    def _checked(self, value: Value) -> Value:
        if self.holds is not None and not self.holds(value):
            raise PydanticCustomError(ERROR, "{message}", {"message": self.message, "field": self.field})
        return value

"""What a schema cannot say of a spec: each rule once, for the API server and for `run`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ERROR = "rule"
"""The type of pydantic's error where a rule does not hold."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Rule:
    """Stands in the `Annotated[...]` of what it is about.

    The bounds of everything `cel` looks at (maxLength, maxItems, maxProperties) have to stand in the schema: from them the API
    server reckons what the rule may cost, and refuses a CRD whose rules cost too much.
    """

    cel: str
    """What the API server evaluates."""
    message: str
    """Goes on after the name of the field: `must be …`, `needs …`."""
    holds: Callable[[Any], bool] | None = None
    """The same for pydantic; None where it is a rule of clusters alone."""
    field: str = ""
    """The field below this one that the message is about, if it is one."""

    def to_dict(self) -> dict[str, str]:
        """As it stands in x-kubernetes-validations."""
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

"""Define lists with items identified by a key, as in a pod: with server-side apply, each manager owns its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ERROR = "duplicate"
"""Type of the pydantic error for a duplicate key."""

Item = TypeVar("Item", bound=BaseModel | dict[str, object])


@dataclass(frozen=True)
class ListMap:
    """Annotate a list: every item must have the key, with a unique value."""

    key: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [self.key]}

    def _checked(self, items: list[Item]) -> list[Item]:
        seen = set()
        for index, item in enumerate(items):
            value = getattr(item, self.key) if isinstance(item, BaseModel) else item[self.key]
            if value in seen:
                raise PydanticCustomError(ERROR, "{value}", {"field": f"[{index}].{self.key}", "value": str(value)})
            seen.add(value)
        return items

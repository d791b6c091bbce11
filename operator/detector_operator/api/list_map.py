"""Lists whose items are told apart by a key, as a pod's are: of two who apply, each owns its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ERROR = "duplicate"
"""The type of pydantic's error where a key comes twice."""

Item = TypeVar("Item", bound=BaseModel | dict[str, object])


@dataclass(frozen=True)
class ListMap:
    """Stands in the `Annotated[list[...], ...]`. Every item has to have the key, and no other item has the same."""

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

"""Bound the length of texts and lists. External texts may have any length: an API server may echo a whole object, and a status
that is too large could never be written again.

A bound of the spec rejects longer values. A bound of the status cuts them: a training must not become unmanageable because of a
message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from detector_trainer.contract import Finding, Where
from detector_trainer.contract.shortened import shortened

WORD: Final = 128
"""Maximum characters of a reason or another single word."""
NAME: Final = 253
"""Maximum characters of the name of a Kubernetes object."""
TEXT: Final = 1024
"""Maximum characters of an external text."""
MESSAGE: Final = 2048
"""Maximum characters of a message that contains such a text and a hint."""
PATH: Final = 4096
"""Maximum characters of a path."""

# Control characters except newline and tab, and lone surrogates: a terminal interprets them, and an API server replaces them.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Model = TypeVar("Model", bound=BaseModel)
Fit = Callable[[Any], object]
"""Cuts values of one type."""


@dataclass(frozen=True)
class MaxLength:
    """Bound a text or list of the status, in `Annotated[...]`. It is part of the schema; `within_bounds` cuts longer values."""

    limit: int

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        generated = handler(schema)
        return {**generated, "maxItems" if generated.get("type") == "array" else "maxLength": self.limit}


CONTRACT_LIMITS: Final[dict[type[BaseModel], dict[str, int]]] = {
    Finding: {"code": WORD, "message": 512, "hint": 512},
    Where: {"file": 512, "field": 256},
}
"""Bounds of texts in models that the status shares with the trainer, whose own reports are not bounded."""


def clip(text: str, most: int = TEXT) -> str:
    """Return the text cut to this number of characters, with unprintable characters replaced."""
    cut = shortened(text, most)
    return cut if cut.isascii() and cut.isprintable() else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", cut)


def within_bounds(model: Model) -> Model:
    """Return a status, or a part of one, in which every value is cut to its bound."""
    update: dict[str, object] = {}
    for name, fit in _plan(type(model)):
        value = getattr(model, name)
        if value is not None and (fitting := fit(value)) is not value and fitting != value:
            update[name] = fitting
    return model.model_copy(update=update) if update else model


@cache
def _plan(model: type[BaseModel]) -> tuple[tuple[str, Fit], ...]:
    """Return the fields of a model that can be too long, with the function that cuts each."""
    found: list[tuple[str, Fit]] = []
    for name, field in model.model_fields.items():
        most = CONTRACT_LIMITS.get(model, {}).get(name)
        annotation: object = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        fit: Fit | None = partial(clip, most=most) if most is not None else _fit(annotation)
        if fit is not None:
            found.append((name, fit))
    return tuple(found)


def _fit(annotation: object) -> Fit | None:
    """Return the function that cuts values of this type; None if they cannot be too long."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return within_bounds
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        most = next((each.limit for each in arguments[1:] if isinstance(each, MaxLength)), None)
        inner = _fit(arguments[0])
        if most is None:
            return inner
        return lambda value: _cut(value, most, inner)
    if get_origin(annotation) is list:
        item = _fit(arguments[0])
        return None if item is None else lambda values: [item(value) for value in values]
    return next((fit for fit in map(_fit, arguments) if fit is not None), None)


def _cut(value: str | list[object], most: int, inner: Fit | None) -> object:
    if isinstance(value, str):
        return clip(value, most)
    cut = value[:most] if len(value) > most else value
    return inner(cut) if inner is not None else cut

"""How long texts and lists may be. What comes from outside may be of any length: an API server may echo a whole object, and a
status that is too large can never be written again.

A bound of the spec refuses what is longer. One of the status cuts it: a training must not become uncontrollable because of a
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
"""Characters of a reason or another single word."""
NAME: Final = 253
"""Characters of the name of an object of Kubernetes."""
TEXT: Final = 1024
"""Characters of a text from outside."""
MESSAGE: Final = 2048
"""Characters of a message that has such a text in it, and what to do about it."""
PATH: Final = 4096
"""Characters of a path."""

# Control characters but newline and tab, and halves of characters: a terminal obeys them, and an API server replaces them.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Model = TypeVar("Model", bound=BaseModel)
Fit = Callable[[Any], object]
"""Cuts the values of one type."""


@dataclass(frozen=True)
class Longest:
    """The bound of a text or list of the status, in `Annotated[...]`. The schema has it; `within_bounds` cuts what exceeds it."""

    most: int

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        generated = handler(schema)
        return {**generated, "maxItems" if generated.get("type") == "array" else "maxLength": self.most}


OF_CONTRACT: Final[dict[type[BaseModel], dict[str, int]]] = {
    Finding: {"code": WORD, "message": 512, "hint": 512},
    Where: {"file": 512, "field": 256},
}
"""Bounds of texts in models that the status shares with the trainer, whose reports have no such bounds."""


def clip(text: str, most: int = TEXT) -> str:
    """Return a text of at most so many characters, all of them printable."""
    cut = shortened(text, most)
    return cut if cut.isascii() and cut.isprintable() else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", cut)


def within_bounds(model: Model) -> Model:
    """Return the same status, or a part of one, in which nothing exceeds its bound."""
    update: dict[str, object] = {}
    for name, fit in _plan(type(model)):
        value = getattr(model, name)
        if value is not None and (fitting := fit(value)) is not value and fitting != value:
            update[name] = fitting
    return model.model_copy(update=update) if update else model


@cache
def _plan(model: type[BaseModel]) -> tuple[tuple[str, Fit], ...]:
    """Return how to fit each field of a model that can be too long."""
    found: list[tuple[str, Fit]] = []
    for name, field in model.model_fields.items():
        most = OF_CONTRACT.get(model, {}).get(name)
        annotation: object = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        fit: Fit | None = partial(clip, most=most) if most is not None else _fit(annotation)
        if fit is not None:
            found.append((name, fit))
    return tuple(found)


def _fit(annotation: object) -> Fit | None:
    """Return what cuts a value of this type; None if it cannot be too long."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return within_bounds
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        most = next((each.most for each in arguments[1:] if isinstance(each, Longest)), None)
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

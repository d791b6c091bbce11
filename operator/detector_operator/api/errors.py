"""Convert pydantic errors to sentences that name the field and its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from detector_operator.api import list_map, rule

MAX_VALUE = 60
MAX_ERRORS = 50
"""Errors that are described; further ones are only counted."""

Context = Mapping[str, Any]


def error_messages(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return one sentence for each error: `spec.numSteps is 0, must be at least 1.`"""
    by_place: dict[tuple[str, str], str] = {}
    for details in error.errors(include_url=False)[:MAX_ERRORS]:
        sentence = _sentence(details, model)
        place, wanted, rest = sentence.partition(", must be ")
        # Each branch of `int | str` reports an error: merge them into one sentence.
        if wanted and (place, wanted) in by_place:
            rest = f"{by_place[place, wanted].removesuffix('.')} or {rest}"
        by_place[place, wanted] = rest
    further = error.error_count() - MAX_ERRORS
    more = [f"and {further:,} more error{'s' * (further > 1)}."] if further > 0 else []
    return [*(f"{place}{wanted}{rest}" for (place, wanted), rest in by_place.items()), *more]


def _sentence(details: ErrorDetails, model: type[BaseModel]) -> str:
    path = _path(details["loc"])
    if details["type"] == "extra_forbidden":
        return f'unknown field "{path}"{_nearest(details["loc"], model)}'
    if details["type"] == "missing":
        return f"{path} is required."
    context: Context = details.get("ctx", {})
    if details["type"] == rule.ERROR:
        return _broken(path, details["input"], context)
    if details["type"] == list_map.ERROR:
        return f"{path}{context['field']}: duplicate value {context['value']!r}."
    wanted = _WANTED.get(details["type"])
    what = wanted(context) if wanted else details["msg"][:1].lower() + details["msg"][1:]
    return f"{path} is {_shown(details['input'])}, must be {what}."


def _broken(path: str, value: object, context: Context) -> str:
    if context["field"]:
        path = f"{path}.{context['field']}"
    current = "" if isinstance(value, BaseModel | dict) else f" is {_shown(value)},"
    return f"{path}{current} {context['message']}."


_WANTED: dict[str, Callable[[Context], str]] = {
    "int_type": lambda _: "an integer",
    "int_from_float": lambda _: "an integer",
    "string_type": lambda _: "a string (put a number or a date in quotes)",
    "bool_type": lambda _: "true or false",
    "list_type": lambda _: "a list",
    "dict_type": lambda _: "a mapping",
    "model_type": lambda _: "a mapping",
    "model_attributes_type": lambda _: "a mapping",
    "literal_error": lambda context: context["expected"].replace("'", ""),
    "enum": lambda context: context["expected"].replace("'", ""),
    "greater_than_equal": lambda context: f"at least {context['ge']}",
    "less_than_equal": lambda context: f"at most {context['le']}",
    "string_too_short": lambda context: f"at least {context['min_length']} character long",
    "string_too_long": lambda context: f"at most {context['max_length']} characters long",
    "too_long": lambda context: f"a mapping or list of at most {context['max_length']}",
    "too_short": lambda context: f"a list of at least {context['min_length']}",
    "string_pattern_mismatch": lambda _: "lower case letters, digits and '-', beginning and ending with a letter or digit",
}


def _path(loc: tuple[int | str, ...]) -> str:
    """Return the path of a field: `spec.trainer.env[0]`. Omits the parts that pydantic adds for the branches of a union."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in ("int", "str"):
            path += f".{part}" if path else part
    return path or "the document"


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "an empty list" if not value else "a list"
    text = repr(value)
    return text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "…"


def _nearest(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    owner: type[BaseModel] | None = model
    for part in loc[:-1]:
        owner = _model_of_field(owner, part) if owner and isinstance(part, str) else owner
    known = [field.alias or name for name, field in owner.model_fields.items()] if owner else []
    unknown = str(loc[-1])[:MAX_VALUE]
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(unknown.replace("_", "").lower(), by_lower, 1, cutoff=0.5)
    if near:
        return f"; did you mean {by_lower[near[0]]}?"
    return f"; known fields: {', '.join(known)}." if known else "."


def _model_of_field(owner: type[BaseModel], alias: str) -> type[BaseModel] | None:
    for name, field in owner.model_fields.items():
        if alias in (field.alias, name):
            return _model_in(field.annotation)
    return None


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model in `Model`, `Model | None` or `list[Model]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for model in map(_model_in, get_args(annotation)) if model), None)

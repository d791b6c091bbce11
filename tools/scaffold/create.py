"""Create the files of a kind, and insert its lines."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from scaffold.kinds import KINDS, Kind, NewLine

TEMPLATES = Path(__file__).parent / "templates"


class NotCreated(Exception):
    """Nothing was changed; the message has the reason."""


def create(root: Path, kind_name: str, name: str) -> tuple[list[str], list[str]]:
    """Create everything that belongs to a new thing.

    Args:
        root: the repository.
        kind_name: one of KINDS.
        name: its name, as the kind defines it.

    Returns:
        The files that were created or changed, and what remains to be done.

    Raises:
        NotCreated: the kind or the name is unknown or taken, or the place for a line is not found.
    """
    kind = KINDS.get(kind_name)
    if kind is None:
        raise NotCreated(f"unknown kind {kind_name!r}; KIND is one of {', '.join(KINDS)}")
    values = values_of(kind, name)
    changed: dict[str, str] = {}
    for file in kind.files:
        path = _fill(file.path, values)
        if (root / path).exists():
            raise NotCreated(f"{path} exists")
        template = TEMPLATES.joinpath(f"{file.template}.template").read_text(encoding="utf-8")
        changed[path] = _fill(
            template, {**values, "path": _fill(kind.files[0].path, values), "test": _fill(kind.files[-1].path, values)}
        )
    for line in kind.lines:
        if line.only and line.only not in values:
            continue
        path = _fill(line.path, values)
        if path not in changed and not (root / path).is_file():
            raise NotCreated(f"{path} does not exist")
        text = changed.get(path) or (root / path).read_text(encoding="utf-8")
        changed[path] = insert(text, line, values, path)
    for path, text in changed.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    first = next(iter(changed))
    return list(changed), [_fill(step, {**values, "path": first}) for step in kind.then]


def values_of(kind: Kind, name: str) -> dict[str, str]:
    """Derive the values of the templates from a name.

    Raises:
        NotCreated: it is not a name of this kind.
    """
    match = re.fullmatch(kind.name, name)
    if match is None:
        raise NotCreated(f"{name!r} is not a name of {kind.what}; an example: NAME={kind.example}")
    given = {key: value for key, value in match.groupdict().items() if value is not None}
    if "area" in given:
        module = given["name"].replace("-", "_")
        area = given["area"].replace("-", "_")
        given |= {"code": name, "module": module, "area_module": area, "class_name": _camel(module)}
    if "field" in given:
        parent = given.get("parent", "spec")
        given |= {
            "snake": re.sub(r"([A-Z])", r"_\1", given["field"]).lower(),
            "model": parent.capitalize(),
            "values": parent.upper(),
        }
    return given


def insert(text: str, line: NewLine, values: dict[str, str], path: str) -> str:
    """Insert lines into a text at their place.

    Raises:
        NotCreated: the place is not found, or the lines are in the text already.
    """
    new, lines = _fill(line.text, values), text.split("\n")
    if new in text:
        raise NotCreated(f"{path} has it already: {new.strip()}")
    begin, end, behind = (re.compile(_fill(pattern, values)) for pattern in (line.begin, line.end, line.behind))
    start = next((number for number, each in enumerate(lines) if begin.match(each)), None)
    if start is None:
        raise NotCreated(f"{path} has no line like {begin.pattern!r}: adapt tools/scaffold/kinds.py")
    stop = next((number for number in range(start + 1, len(lines)) if end.match(lines[number])), len(lines))
    matching = [number for number in range(start + 1, stop) if behind.match(lines[number])]
    if not matching:
        raise NotCreated(f"{path} has no line like {behind.pattern!r} behind {lines[start]!r}: adapt tools/scaffold/kinds.py")
    later = [number for number in matching if line.in_order and lines[number] > new]
    place = later[0] if later else matching[-1] + 1
    return "\n".join([*lines[:place], new, *lines[place:]])


def _fill(text: str, values: dict[str, str]) -> str:
    return Template(text).safe_substitute(values)


def _camel(module: str) -> str:
    return "".join(word.capitalize() for word in module.split("_"))

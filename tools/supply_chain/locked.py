"""Read a lock file of requirements/: what it pins for this interpreter, by which hashes, and what requires what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Pin:
    """A package of a lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256 of each artefact that may be installed."""
    required_by: tuple[str, ...]
    """Packages; empty for one that the lock's *.in file names itself."""


def read(path: Path) -> list[Pin]:
    """Return the pins whose markers hold for this interpreter, in the order of the file."""
    return [pin for pin in map(_pin, _entries(path)) if pin is not None]


def dependencies(path: Path) -> dict[str, set[str]]:
    """Return the packages that each package of a lock requires; under "" those that the *.in file names."""
    found: dict[str, set[str]] = {"": set()}
    for pin in read(path):
        found.setdefault(pin.name, set())
        for parent in pin.required_by or ("",):
            found.setdefault(parent, set()).add(pin.name)
    return found


def _entries(path: Path) -> list[str]:
    """Split a lock into the text of each pin: its line, its hashes and the comments below."""
    return re.split(r"^(?=[A-Za-z0-9])", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def _pin(entry: str) -> Pin | None:
    requirement = Requirement(entry.splitlines()[0].rstrip(" \\"))
    if requirement.marker is not None and not requirement.marker.evaluate():
        return None
    (specifier,) = requirement.specifier
    comments = re.findall(r"^    #(?: via)? +(.+)$", entry, re.MULTILINE)
    given = any(comment.startswith("-r ") for comment in comments)
    parents = {canonicalize_name(comment) for comment in comments if re.fullmatch(r"[\w.-]+", comment) and comment != "via"}
    hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
    return Pin(canonicalize_name(requirement.name), specifier.version, hashes, () if given else tuple(sorted(parents)))

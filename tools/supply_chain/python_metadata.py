"""Read the metadata of Python packages: name, version, and the licence that they declare."""

from __future__ import annotations

from email.parser import HeaderParser
from importlib import metadata

from packaging.utils import canonicalize_name

from supply_chain.document import Package

LONGEST_NAME = 100
"""A License field longer than that is the text of a licence, not its name."""


def parse(text: bytes) -> Package:
    """Return the package that a METADATA file describes."""
    fields = HeaderParser().parsestr(text.decode(errors="replace"))
    classifiers = [value for name, value in fields.items() if name == "Classifier"]
    licence = _licence(fields["License-Expression"], fields["License"], classifiers)
    return Package(canonicalize_name(fields["Name"] or ""), fields["Version"] or "", "pypi", licence=licence)


def installed_licence(name: str, version: str) -> str:
    """Return the licence of a package as it is installed here, or an empty string where it is not, or not in that version."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return ""
    if found.version != version:
        return ""
    return parse((found.read_text("METADATA") or "").encode()).licence


def _licence(expression: str | None, free_text: str | None, classifiers: list[str]) -> str:
    if expression:
        return expression.strip()
    named = (free_text or "").strip()
    if named and named.upper() != "UNKNOWN" and "\n" not in named and len(named) <= LONGEST_NAME:
        return named
    kinds = [value.rpartition(" :: ")[2] for value in classifiers if value.startswith("License :: ") and value.count(" :: ") > 1]
    return ", ".join(kinds)

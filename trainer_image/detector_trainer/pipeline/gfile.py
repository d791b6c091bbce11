"""Matches file patterns as tf.io.gfile.glob does (tensorflow/core/platform/file_system.cc, FileSystem::GetMatchingPaths).

`*` and `?` match within one part of a path, `[ab]` one of the characters; there is no `**` and no `{a,b}`. A name without any of
these is a pattern too: `pets[1].record` names `pets1.record`. Names that begin with a dot match. Directories match.
"""

from __future__ import annotations

import fnmatch
import os
import re

_REMOTE = re.compile(r"^[a-z][a-z0-9+.-]*://")
_MAGIC = re.compile(r"[*?\[\\]")


def is_remote(path: str) -> bool:
    """Return whether a path is in a bucket or another file system that only the trainer can read (`gs://…`)."""
    return bool(_REMOTE.match(path)) and not path.startswith("file://")


def glob(pattern: str) -> list[str]:
    """Return the paths that a pattern matches, sorted; none for a remote one."""
    pattern = pattern.removeprefix("file://")
    if not pattern or "\x00" in pattern or is_remote(pattern):
        return []
    if not _MAGIC.search(pattern):
        return [pattern] if os.path.lexists(pattern.rstrip("/") or "/") else []
    parts = pattern.split("/")
    found = [""] if not pattern.startswith("/") else ["/"]
    parts = [part for part in parts if part]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        found = [os.path.join(directory, name) for directory in found for name in _names(directory, part, last)]  # noqa: PTH118
    return sorted(found)


def _names(directory: str, part: str, last: bool) -> list[str]:
    """Return the names in a directory that match one part of a pattern."""
    if not _MAGIC.search(part):
        return [part] if os.path.lexists(os.path.join(directory, part)) else []  # noqa: PTH118
    try:
        names = os.listdir(directory or ".")  # noqa: PTH208
    except OSError:
        return []
    matching = re.compile(fnmatch.translate(_as_python_has_it(part)))
    names = [name for name in names if matching.match(name)]
    return names if last else [name for name in names if os.path.isdir(os.path.join(directory, name))]  # noqa: PTH112, PTH118


def _as_python_has_it(part: str) -> str:
    """Translate what fnmatch(3) accepts and fnmatch.translate does not: `[^a]` for `[!a]`, and `\\*` for a star."""
    return re.sub(r"\\(.)", r"[\1]", part).replace("[^", "[!")

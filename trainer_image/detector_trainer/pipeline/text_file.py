"""Reads a file that a user has named, whatever it is, without blocking and without filling the memory."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from detector_trainer.pipeline.sniff import HINTS, SNIFFED_BYTES, detect_file_type
from detector_trainer.pipeline.unreadable import Unreadable

MAX_TEXT_BYTES = 64 << 20
"""Configs and label maps are kilobytes, the largest label maps a few megabytes."""


def read_text(path: str, what: str) -> str:
    """Read a UTF-8 text file.

    Args:
        path: as the user wrote it.
        what: what the file should be, for example `pipeline config`.

    Raises:
        Unreadable: it is missing, not a file, empty, too large, binary, not UTF-8 …
    """
    data = read_bytes(path, what, MAX_TEXT_BYTES)
    kind = detect_file_type(data[:SNIFFED_BYTES])
    if kind is not None:
        raise Unreadable(path, kind[0], f"is {kind[1]}", HINTS.get(kind[0], f"Put the {what} there, as text."))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\x00" in data[:4096]:
            raise Unreadable(path, "binary", "is binary, not text", f"Put the {what} there, as text.") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            path, "non-utf-8", f"is not UTF-8: byte 0x{data[error.start]:02x} at line {line}", "Save it as UTF-8.", line
        ) from None
    if "\x00" in text[:4096]:
        raise Unreadable(path, "binary", "is binary, not text", f"Put the {what} there, as text.")
    return text


def read_bytes(path: str, what: str, most: int, head: int | None = None) -> bytes:
    """Read a regular file of at most `most` bytes; only its first `head` bytes, if set.

    Raises:
        Unreadable: it is missing, not a regular file, empty, too large, or cannot be read.
    """
    size = regular_size(path, what)
    if size == 0:
        raise Unreadable(path, "empty", "is empty (0 bytes)", f"Put the {what} there; it may have been cut off by a full disk.")
    if size > most:
        raise Unreadable(
            path, "huge", f"has {size:,} bytes, too many for a {what}", f"Give the path of the {what}; this is something else."
        )
    try:
        with Path(path).open("rb") as file:
            return file.read(most if head is None else head)
    except OSError as error:
        raise Unreadable(
            path, "unreadable", f"cannot be read: {error.strerror}", "Check its permissions and its storage."
        ) from None


def regular_size(path: str, what: str) -> int:
    """Return the size of a regular file in bytes, without opening it.

    Raises:
        Unreadable: it is missing, or not a regular file.
    """
    if "\x00" in path:
        raise Unreadable(path, "missing", "has a NUL character in its name", "Fix the path.")
    try:
        status = os.stat(path)  # noqa: PTH116 - Path would change what the user wrote
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            target = os.readlink(path)  # noqa: PTH115
            raise Unreadable(
                path, "broken-link", f"is a link to {target}, which is missing", "Fix the link, or mount its target."
            ) from None
        raise Unreadable(path, "missing", "is missing", f"Give the path of the {what}{_missing_directory(path)}.") from None
    except OSError as error:
        raise Unreadable(
            path, "unreadable", f"cannot be read: {error.strerror}", "Check its permissions and its storage."
        ) from None
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable(path, "directory", "is a directory", f"Give the path of the {what} in it.")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(path, "not-a-file", f"is {_kind(status.st_mode)}, not a regular file", f"Give the path of the {what}.")
    return status.st_size


def _kind(mode: int) -> str:
    for test, name in (
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if test(mode):
            return name
    return "something else"


def _missing_directory(path: str) -> str:
    """Name the first missing directory of the path, if it is not the last part."""
    parent = Path(path).parent
    missing = None
    while not parent.exists() and parent != parent.parent:
        missing, parent = parent, parent.parent
    return f" (the directory {missing} does not exist either; is it mounted?)" if missing is not None else ""

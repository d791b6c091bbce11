"""Detects file types by their first bytes, for messages about files in the wrong place."""

from __future__ import annotations

SNIFFED_BYTES = 512
"""Bytes from the beginning of a file that `detect_file_type` needs."""

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"version https://git-lfs.github.com/spec/", "git-lfs", "a git-lfs pointer, not the file itself"),
    (b"\x1f\x8b", "gzip", "gzip-compressed"),
    (b"PK\x03\x04", "zip", "a zip archive"),
    (b"BZh", "bzip2", "bzip2-compressed"),
    (b"\xfd7zXZ\x00", "xz", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd", "zstd-compressed"),
    (b"\xff\xd8\xff", "jpeg", "a JPEG image"),
    (b"\x89PNG\r\n\x1a\n", "png", "a PNG image"),
    (b"%PDF-", "pdf", "a PDF document"),
    (b"\x89HDF\r\n", "hdf5", "an HDF5 file"),
    (b"\xff\xfe", "utf-16", "text in UTF-16"),
    (b"\xfe\xff", "utf-16", "text in UTF-16"),
)

HINTS = {
    "git-lfs": "Fetch the real file: `git lfs pull`.",
    "gzip": "Decompress it: `gunzip`.",
    "html": "A download has saved an error or login page: download the file again.",
    "utf-16": "Save it as UTF-8 without a byte order mark.",
}


def detect_file_type(head: bytes) -> tuple[str, str] | None:
    """Detect a file type by the first bytes; return a word and a phrase, as `("gzip", "gzip-compressed")`; None if unknown."""
    for magic, kind, phrase in _MAGIC:
        if head.startswith(magic):
            return kind, phrase
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return "html", "an HTML or XML page"
    if head[257:262] == b"ustar":
        return "tar", "a tar archive"
    return None

"""Find the packages in the file system of an image: Python's by their metadata, the distribution's by the status of dpkg."""

from __future__ import annotations

import os
import shlex
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.parser import HeaderParser
from fnmatch import fnmatch
from pathlib import Path

from supply_chain import python_metadata
from supply_chain.document import Package

STATUS, RELEASE = "var/lib/dpkg/status", "usr/lib/os-release"
WANTED = (STATUS, RELEASE, "*.dist-info/METADATA", "*.egg-info/PKG-INFO")


def find(root: Path, hashes: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[Package | None, list[Package]]:
    """Return the operating system, if it names itself, and all packages. `hashes`: of the locks, by name and version."""
    release: dict[str, str] = {}
    packages: set[Package] = set()
    status = b""
    for path, data in _files(root):
        if path == RELEASE:
            release = _release(data)
        elif path == STATUS:
            status = data
        else:
            package = python_metadata.parse(data)
            if package.name and package.version:
                packages.add(replace(package, hashes=hashes.get((package.name, package.version), ())))
    packages.update(_debian(status, release))
    system = Package(release["ID"], release.get("VERSION_ID", ""), "os") if "ID" in release else None
    return system, sorted(packages, key=lambda package: (package.kind, package.name, package.version, package.qualifiers))


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files that are wanted; no link is followed."""
    if root.is_dir():
        for folder, _, names in os.walk(root):
            for path in (Path(folder, name) for name in names):
                relative = str(path.relative_to(root))
                if _wanted(relative) and path.is_file() and not path.is_symlink():
                    yield relative, path.read_bytes()
        return
    with tarfile.open(root) as archive:
        for member in archive:
            relative = member.name.removeprefix("./").lstrip("/")
            content = archive.extractfile(member) if member.isreg() and _wanted(relative) else None
            if content is not None:
                yield relative, content.read()


def _wanted(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in WANTED)


def _release(data: bytes) -> dict[str, str]:
    pairs = (line.partition("=") for line in data.decode().splitlines() if "=" in line)
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def _debian(status: bytes, release: Mapping[str, str]) -> Iterator[Package]:
    """The installed packages; dpkg also lists those of which only the configuration is left."""
    distribution = "-".join(filter(None, (release.get("ID", "debian"), release.get("VERSION_ID"))))
    for paragraph in status.decode(errors="replace").split("\n\n"):
        fields = HeaderParser().parsestr(paragraph)
        if str(fields.get("Status", "")).endswith(" installed"):
            qualifiers = (("arch", str(fields["Architecture"])), ("distro", distribution))
            yield Package(str(fields["Package"]), str(fields["Version"]), "deb", release.get("ID", "debian"), qualifiers)

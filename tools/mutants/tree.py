"""A copy of the repository, in which a module is replaced by its mutant: the working tree itself is never changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATHS = ("operator", "trainer_image", "tests", "tools", "benchmarks", "examples")


class Tree:
    """The files that git knows or would add, copied into `path`."""

    def __init__(self, root: Path, path: Path) -> None:
        self.path = path
        for name in files(root):
            if (root / name).is_file():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, path / name)

    def use(self) -> None:
        """Make this process, and those that it starts, import from this tree."""
        os.chdir(self.path)
        os.environ["PYTHONPATH"] = os.pathsep.join(str(self.path / name) for name in PATHS)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

    @contextmanager
    def changed(self, name: str, source: str) -> Iterator[None]:
        """Replace one file for a while."""
        file = self.path / name
        before, status = file.read_bytes(), file.stat()
        try:
            file.write_text(source, encoding="utf-8")
            os.utime(file, (1, 1))  # no compiled file is of this time
            yield
        finally:
            file.write_bytes(before)
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def files(root: Path) -> list[str]:
    """Return the paths of all files of the repository, relative to its root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout
    return sorted(name for name in listed.decode().split("\0") if name)

"""Write a file so that no reader ever sees a part of it."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write a text file (UTF-8, mode 0644) under a temporary name beside it, then rename it. Creates missing directories.

    Raises:
        OSError: the file or its directory cannot be written; nothing is left behind.
    """
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(text)
            file.close()
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise

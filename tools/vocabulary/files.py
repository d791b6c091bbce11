"""Choose the files whose prose is scanned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

PYTHON = ".py"
SUFFIXES = {PYTHON, ".md", ".yaml", ".yml", ".tpl", ".lua", ".sh", ".toml", ".in", ".go"}
NAMES = {"Makefile", "Containerfile", "NOTES.txt", "run", "values.schema.json", "dashboard.json", "devcontainer.json"}
TOPS = (
    *("operator", "trainer_image", "tools", "tests", "benchmarks", "charts", "docs", "examples", "gitops", "requirements"),
    *(".ci", ".devcontainer", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
    *("Makefile", "pyproject.toml", ".pre-commit-config.yaml", "REUSE.toml"),
)
"""Everything in the repository with prose of its own."""
NOT_OURS = (
    "tests/data",  # configs of the TensorFlow Models project, and output of kubectl
    "tools/cluster/parts",  # a changed comment would have Kubernetes built again
    "tools/vocabulary/words.py",  # the list itself
    "tests/unit/test_vocabulary.py",
)


def prose_files(root: Path, paths: Iterable[str] = TOPS) -> Iterator[Path]:
    """Yield the files with prose below `paths`, which are relative to `root`, in order."""
    for path in paths:
        top = root / path
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_file() and _has_prose(file) and not _excluded(file.relative_to(root)):
                yield file


def _has_prose(path: Path) -> bool:
    return path.suffix in SUFFIXES or path.name in NAMES


def _excluded(path: Path) -> bool:
    return "__pycache__" in path.parts or any(path.is_relative_to(each) for each in NOT_OURS)

"""A pattern names the files that tf.io.gfile.glob names."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from detector_trainer.pipeline import gfile

pytestmark = pytest.mark.trainer

NAMES = (
    "a-00000-of-00002",
    "a-00001-of-00002",
    "b.record",
    ".hidden.record",
    "p1.record",
    "p[1].record",
    "p!.record",
    "c d.record",
)
PARTS = (
    "*", "?", "*.record", ".*", "a-?????-of-00002", "a-*", "p[1].record", "p[[]1].record", "p[!1].record", "p[^1].record", "p[0-9]*",
    "p\\[1\\].record", "b.record", "sub", "su?", "**", "{a,b}*", "c d.record", "missing", "[", "p[", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("records")
    for name in NAMES:
        (top / name).touch()
    for sub in ("sub", ".sub"):
        (top / sub / "deep").mkdir(parents=True)
        (top / sub / "b.record").touch()
        (top / sub / "deep" / "b.record").touch()
    return top


PATTERNS = [*PARTS, *("/".join(parts) for parts in itertools.product(PARTS[:8] + PARTS[12:18], PARTS))]


def test_the_same_files(folder: Path):
    import tensorflow as tf

    ours, theirs = {}, {}
    for pattern in PATTERNS:
        whole = f"{folder}/{pattern}"
        ours[pattern] = gfile.glob(whole)
        try:
            theirs[pattern] = sorted(tf.io.gfile.glob(whole))
        except tf.errors.OpError:
            theirs[pattern] = []
    assert ours == theirs

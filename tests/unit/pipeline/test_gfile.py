"""Patterns of files; tests/trainer/test_gfile_agrees.py holds them against tf.io.gfile."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.pipeline import gfile

NAMES = (
    "a-00000-of-00002",
    "a-00001-of-00002",
    "a-00000-of-00003",
    "b.record",
    ".hidden.record",
    "pets1.record",
    "pets[1].record",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).touch()
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "c.record").touch()
    (tmp_path / "sub" / "deep" / "d.record").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("b.record", ["b.record"]),
        ("missing.record", []),
        ("a-?????-of-00002", ["a-00000-of-00002", "a-00001-of-00002"]),
        ("*.record", [".hidden.record", "b.record", "pets1.record", "pets[1].record"]),
        ("pets[1].record", ["pets1.record"]),
        ("pets[[]1].record", ["pets[1].record"]),
        ("*/c.record", ["sub/c.record"]),
        ("**/d.record", []),
        ("sub/*/d.record", ["sub/deep/d.record"]),
        ("{a,b}.record", []),
        ("b.record/*", []),
    ],
)
def test_a_pattern_names_files(folder: Path, pattern: str, names: list[str]):
    assert gfile.glob(f"{folder}/{pattern}") == [f"{folder}/{name}" for name in names]


@pytest.mark.parametrize("path", ["gs://bucket/a.record", "s3://bucket/a", "hdfs://host/a"])
def test_buckets_are_remote(path: str):
    assert gfile.is_remote(path)
    assert gfile.glob(path) == []


@pytest.mark.parametrize("path", ["/data/a.record", "a:b.record", "file:///data/a.record"])
def test_the_rest_is_not(path: str):
    assert not gfile.is_remote(path)

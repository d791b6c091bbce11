"""The files of a lease: each operation is done in one step, and leaves nothing else behind."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from detector_trainer.lease import lease_directory
from detector_trainer.lease.lease_directory import MAX_BYTES, LeaseDirectory


@pytest.fixture
def directory(tmp_path: Path) -> LeaseDirectory:
    directory = LeaseDirectory(tmp_path / "model" / ".detector-training")
    directory.make()
    return directory


def names(directory: LeaseDirectory) -> list[str]:
    return sorted(path.name for path in directory.path.iterdir())


def test_it_is_made_with_its_parents_and_may_exist(directory: LeaseDirectory):
    directory.make()
    assert names(directory) == []


def test_a_link_is_not_taken_for_it(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError) as error:  # noqa: PT011 - the number is looked at
        LeaseDirectory(tmp_path / "link").make()
    assert error.value.errno in (errno.ELOOP, errno.ENOTDIR)


def test_what_was_created_is_read(directory: LeaseDirectory):
    assert directory.read("a") is None
    assert directory.create("a", b"content") is True
    assert directory.read("a") == b"content"


def test_of_two_that_create_it_one_does(directory: LeaseDirectory):
    assert directory.create("a", b"first")
    assert directory.create("a", b"second") is False
    assert directory.read("a") == b"first"


def test_others_may_read_it_and_nobody_else_write_it(directory: LeaseDirectory):
    before = os.umask(0o022)
    try:
        directory.create("a", b"")
        directory.replace("b", b"")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((directory.path / name).stat().st_mode) for name in "ab"] == [0o644, 0o644]


@pytest.mark.parametrize(("size", "read"), [(MAX_BYTES, 4096), (MAX_BYTES + 1, 4096)])
def test_no_more_than_4096_bytes_are_read(directory: LeaseDirectory, size: int, read: int):
    directory.create("a", b"x" * size)
    assert len(directory.read("a") or b"") == read


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a FIFO", "a directory"])
def test_what_is_not_a_regular_file_is_not_read(directory: LeaseDirectory, make: Callable[[Path], None]):
    make(directory.path / "a")
    with pytest.raises(OSError, match="not a regular file") as error:
        directory.read("a")
    assert (error.value.errno, error.value.filename) == (errno.EINVAL, str(directory.path / "a"))


def test_a_replaced_file_is_another_one(directory: LeaseDirectory):
    directory.create("a", b"before")
    with (directory.path / "a").open("rb") as before:
        directory.replace("a", b"after")
        assert before.read() == b"before"
    assert directory.read("a") == b"after"
    assert names(directory) == ["a"]


@pytest.mark.parametrize("operation", ["create", "replace"])
def test_what_cannot_be_written_leaves_nothing_behind(directory: LeaseDirectory, monkeypatch: pytest.MonkeyPatch, operation: str):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(lease_directory.os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            getattr(directory, operation)("a", b"content")
    assert names(directory) == []


def test_of_two_that_move_it_away_one_does(directory: LeaseDirectory):
    directory.create("a", b"content")
    away = directory.move_away("a")
    assert away is not None
    assert away.startswith("a.")
    assert directory.read(away) == b"content"
    assert directory.move_away("a") is None
    assert names(directory) == [away]


def test_a_file_is_removed_if_it_exists(directory: LeaseDirectory):
    directory.create("a", b"")
    directory.remove("a")
    directory.remove("a")
    assert names(directory) == []


@pytest.mark.parametrize(("seconds", "age"), [(100, 100), (0, 0), (-100, 0)], ids=["old", "new", "of the future"])
def test_the_age_of_a_file_is_by_the_clock_of_its_storage(directory: LeaseDirectory, seconds: float, age: float):
    directory.create("a", b"")
    then = (directory.path / "a").stat().st_mtime - seconds
    os.utime(directory.path / "a", (then, then))
    assert directory.age("a") == pytest.approx(age, abs=60)
    assert directory.age("a") >= 0
    assert names(directory) == ["a"]


def test_the_age_of_a_link_is_its_own(directory: LeaseDirectory, tmp_path: Path):
    (tmp_path / "old").write_text("")
    os.utime(tmp_path / "old", (1, 1))
    (directory.path / "a").symlink_to(tmp_path / "old")
    assert directory.age("a") < 60


@pytest.mark.parametrize("operation", ["move_away", "replace"])
def test_names_cannot_be_predicted(directory: LeaseDirectory, monkeypatch: pytest.MonkeyPatch, operation: str):
    sizes = list[int]()
    monkeypatch.setattr(lease_directory.secrets, "token_hex", lambda size: sizes.append(size) or f"{len(sizes)}")
    directory.create("a", b"")
    getattr(directory, operation)(*(("a",) if operation == "move_away" else ("a", b"")))
    assert sizes == [8]


def test_no_descriptor_stays_open(directory: LeaseDirectory):
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are all that counts
    directory.create("a", b"")
    directory.create("a", b"")
    directory.read("a"), directory.read("b")
    directory.replace("a", b"")
    directory.age("a")
    directory.move_away("a"), directory.move_away("a")
    directory.remove("a")
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208

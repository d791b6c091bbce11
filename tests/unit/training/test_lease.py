"""The lease on a model directory: one trainer at a time, and one that was killed does not block the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from detector_trainer.training.lease import ABANDONED_AFTER, Holder, Lease, claim, lease_file

HOLDER = """
import sys, threading
from detector_trainer.training.lease import Lease
lease = Lease(sys.argv[1], renewed_every=0.05)
lease.hold()
sys.stdin.readline()
lease.release()
"""


class Clock:
    """A clock that only moves when somebody sleeps; `meanwhile` happens during the first sleep."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.seconds = 0.0
        self._meanwhile = [meanwhile]

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self._meanwhile:
            self._meanwhile.pop()()


def claimed(model_dir: Path, clock: Clock) -> str | None:
    return claim(str(model_dir), clock=clock, sleep=clock.sleep)


def left_behind(model_dir: Path, *, seconds_ago: float = 0.0, content: str = '{"host": "pets-train-1", "time": 1}') -> Path:
    file = lease_file(str(model_dir))
    file.parent.mkdir(parents=True)
    file.write_text(content)
    then = file.stat().st_mtime - seconds_ago
    os.utime(file, (then, then))
    return file


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "model")], stdin=subprocess.PIPE)
    until(lease_file(str(tmp_path / "model")).exists)
    yield process
    process.kill()
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def test_a_directory_in_which_nothing_trains_is_claimed_at_once(tmp_path: Path):
    clock = Clock()
    assert claimed(tmp_path / "new", clock) is None
    assert clock.seconds == 0
    assert lease_file(str(tmp_path / "new")).exists()


@pytest.mark.usefixtures("holder")
def test_one_that_is_renewed_is_held(tmp_path: Path):
    assert claim(str(tmp_path / "model")) == os.uname().nodename


@pytest.mark.usefixtures("holder")
def test_it_is_renewed_in_one_step(tmp_path: Path):
    file = lease_file(str(tmp_path / "model"))
    with file.open() as before:
        until(lambda: file.stat().st_ino != os.fstat(before.fileno()).st_ino)
        assert Holder.model_validate_json(before.read()).host == os.uname().nodename


def test_a_trainer_that_ends_removes_its_lease(tmp_path: Path, holder: subprocess.Popen[bytes]):
    holder.communicate(b"\n")
    assert not lease_file(str(tmp_path / "model")).exists()


def test_a_trainer_that_was_killed_does_not_block_the_next(tmp_path: Path, holder: subprocess.Popen[bytes]):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    clock = Clock()
    assert claimed(tmp_path / "model", clock) is None
    assert 0 < clock.seconds <= ABANDONED_AFTER + 1


@pytest.mark.parametrize(("ago", "wait"), [(0, ABANDONED_AFTER), (ABANDONED_AFTER - 5, 5), (ABANDONED_AFTER + 1, 0), (-3600, 20)])
def test_one_left_behind_is_waited_for_only_as_long_as_it_may_live(tmp_path: Path, ago: float, wait: float):
    left_behind(tmp_path, seconds_ago=ago)
    clock = Clock()
    assert claimed(tmp_path, clock) is None
    assert clock.seconds == pytest.approx(wait, abs=1)


def test_one_released_meanwhile_is_taken(tmp_path: Path):
    file = left_behind(tmp_path)
    assert claimed(tmp_path, Clock(file.unlink)) is None
    assert file.exists()


def test_the_holder_is_named(tmp_path: Path):
    file = left_behind(tmp_path)
    assert claimed(tmp_path, Clock(lambda: file.write_text('{"host": "pets-train-2", "time": 2}'))) == "pets-train-2"


@pytest.mark.parametrize("content", ["", "{", "[]"], ids=["empty", "cut", "something else"])
def test_whatever_stands_in_it_only_a_change_counts(tmp_path: Path, content: str):
    file = left_behind(tmp_path, content=content)
    assert claimed(tmp_path, Clock(lambda: file.write_text(content + " "))) == "another host"
    assert claimed(tmp_path, Clock()) is None


def test_a_training_that_follows_the_claim_keeps_it(tmp_path: Path):
    claimed(tmp_path, Clock())
    claim_made = lease_file(str(tmp_path)).read_bytes()
    lease = Lease(str(tmp_path))
    lease.hold()
    until(lambda: lease_file(str(tmp_path)).read_bytes() != claim_made)
    lease.release()
    assert not lease_file(str(tmp_path)).exists()


def test_storage_that_refuses_the_lease_does_not_end_the_training(tmp_path: Path, capsys):
    (tmp_path / "file").write_text("")
    lease = Lease(str(tmp_path / "file" / "model"), renewed_every=0.01)
    lease.hold()
    time.sleep(0.05)
    lease.release()
    assert capsys.readouterr().err.count("cannot write the lease") == 1


def test_a_lease_that_was_never_held_is_none_to_release(tmp_path: Path):
    file = left_behind(tmp_path)
    Lease(str(tmp_path)).release()
    assert file.exists()

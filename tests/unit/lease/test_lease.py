"""The lease on a model directory: one trainer at a time, and one that was killed does not block the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from detector_trainer.lease.lease import (
    ABANDONED_AFTER,
    OBSERVED_AT_LEAST,
    RENEWED_EVERY,
    Holder,
    Lease,
    _LeaseFiles,
    claim,
    lease_file,
    this_pod,
)
from detector_trainer.lease.lease_directory import LeaseDirectory
from support.interleaved import Interleaved

HOLDER = """
import sys, threading
from detector_trainer.lease.lease import Lease
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


def lease_of(model_dir: Path) -> Holder:
    return Holder.model_validate_json(lease_file(str(model_dir)).read_bytes())


def overwrite(file: Path, content: str) -> None:
    """In one step, as a holder does."""
    beside = file.with_name("beside")
    beside.write_text(content)
    beside.replace(file)


def files_of(model_dir: Path) -> list[str]:
    return sorted(path.name for path in lease_file(str(model_dir)).parent.iterdir())


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "model")], stdin=subprocess.PIPE)
    file = lease_file(str(tmp_path / "model"))
    until(lambda: file.exists() and file.stat().st_size)  # it is created, then written
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
    holder = lease_of(tmp_path / "model")
    assert claim(str(tmp_path / "model")) == f"{os.uname().nodename} (process {holder.pid})"


@pytest.mark.usefixtures("holder")
def test_it_is_renewed_in_one_step(tmp_path: Path):
    file = lease_file(str(tmp_path / "model"))
    with file.open() as before:
        until(lambda: file.stat().st_ino != os.fstat(before.fileno()).st_ino)
        assert Holder.model_validate_json(before.read()).host == os.uname().nodename


def test_one_whose_file_is_old_by_a_wrong_clock_is_held_if_it_is_renewed(tmp_path: Path):
    file = left_behind(tmp_path, seconds_ago=3600)
    assert claimed(tmp_path, Clock(lambda: file.write_text('{"host": "pets-train-1", "time": 2}'))) == "pets-train-1"


def test_storage_that_hangs_is_not_taken_for_a_holder_that_does_not_renew(tmp_path: Path):
    """For the holder it hangs, too: what counts is how long it could be seen not to renew."""
    left_behind(tmp_path)
    clock = Clock()

    def hang() -> None:
        clock.seconds += 3600

    clock._meanwhile = [hang]
    assert claimed(tmp_path, clock) is None
    assert clock.seconds >= 3600 + ABANDONED_AFTER - 2


def test_a_trainer_that_ends_removes_its_lease(tmp_path: Path, holder: subprocess.Popen[bytes]):
    holder.communicate(b"\n")
    assert not lease_file(str(tmp_path / "model")).exists()


def test_a_trainer_that_was_killed_does_not_block_the_next(tmp_path: Path, holder: subprocess.Popen[bytes]):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    clock = Clock()
    assert claimed(tmp_path / "model", clock) is None
    assert 0 < clock.seconds <= ABANDONED_AFTER + 1


@pytest.mark.parametrize(
    ("ago", "wait"), [(0, ABANDONED_AFTER), (ABANDONED_AFTER - 9, 9), (3600, OBSERVED_AT_LEAST), (-3600, ABANDONED_AFTER)]
)
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


# Takeover


OPERATIONS = ("read", "create", "replace", "move_away", "remove")


def passed(world: Interleaved, model_dir: Path, starts: list[float]) -> int:
    """How many of several trainings, each started so many seconds later, get the lease; one that does renews it."""

    def train(start: float) -> bool:
        world.sleep(start)
        files = _LeaseFiles(LeaseDirectory(lease_file(str(model_dir)).parent), clock=world.clock, sleep=world.sleep)
        if files.acquire() is not None:
            return False
        while world.clock() < 3 * ABANDONED_AFTER and files.renew() is None:
            world.sleep(RENEWED_EVERY)
        return True

    return sum(world.run([partial(train, start) for start in starts]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "starts",
    [[0.0] * 4, [0.0, 0.0, OBSERVED_AT_LEAST, OBSERVED_AT_LEAST], [0.0] * 3 + [OBSERVED_AT_LEAST] * 3],
    ids=["all find it abandoned", "two find it abandoned, two come during the takeover", "three, and three"],
)
def test_one_of_several_takes_over_an_abandoned_lease_however_their_operations_interleave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starts: list[float]
):
    for seed in range(40):
        left_behind(tmp_path / str(seed), seconds_ago=3600)
        world = Interleaved(seed)
        with monkeypatch.context() as patch:
            world.interleave(patch, LeaseDirectory, OPERATIONS)
            assert passed(world, tmp_path / str(seed), starts) == 1, seed
        assert files_of(tmp_path / str(seed)) == ["lease.json"]


@pytest.mark.slow
def test_one_of_several_gets_the_lease_of_a_new_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for seed in range(40):
        world = Interleaved(seed)
        with monkeypatch.context() as patch:
            world.interleave(patch, LeaseDirectory, OPERATIONS)
            assert passed(world, tmp_path / str(seed), [0.0] * 4) == 1, seed


@pytest.mark.parametrize("seed", range(40))
def test_a_holder_that_renews_during_the_takeover_keeps_the_lease_or_sees_who_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
):
    """Renewed after a pause that makes it abandoned: either its holder or one claimer continues, not both."""
    world = Interleaved(seed)
    world.interleave(monkeypatch, LeaseDirectory, OPERATIONS)
    holder = _LeaseFiles(LeaseDirectory(lease_file(str(tmp_path)).parent))

    def hold() -> str | None:
        assert holder.acquire() is None
        world.sleep(ABANDONED_AFTER - seed / 40)
        for _ in range(4):
            if (other := holder.renew()) is not None:
                return other
            world.sleep(RENEWED_EVERY)
        return None

    def claim_later() -> str | None:
        world.sleep(0.1)
        return claim(str(tmp_path), clock=world.clock, sleep=world.sleep)

    assert world.run([hold, claim_later, claim_later]).count(None) == 1


class Together(Clock):
    """The clock of one of several claimers: none continues before each has read the lease, then time passes normally."""

    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__(lambda: barrier.wait(30))

    def sleep(self, seconds: float) -> None:
        if self.seconds >= OBSERVED_AT_LEAST:
            time.sleep(seconds)
        super().sleep(seconds)


@pytest.mark.parametrize("_repeat", range(5))
def test_one_of_many_claimers_takes_over_an_abandoned_lease(tmp_path: Path, _repeat: int):
    claimers = 16
    left_behind(tmp_path, seconds_ago=3600)
    barrier = threading.Barrier(claimers)
    with ThreadPoolExecutor(claimers) as pool:
        holders = list(pool.map(lambda _: claimed(tmp_path, Together(barrier)), range(claimers)))
    assert holders.count(None) == 1
    # It has created the file; how soon it has also written to it is a matter of the machine.
    assert set(holders) <= {None, f"{os.uname().nodename} (process {os.getpid()})", "another host"}
    assert files_of(tmp_path) == ["lease.json"]


CLAIMER = """
import sys, time
from detector_trainer.lease.lease import OBSERVED_AT_LEAST, claim
passed = 0.0
def sleep(seconds):
    global passed
    if passed == 0:
        print("observes", flush=True)
        sys.stdin.readline()
    if passed >= OBSERVED_AT_LEAST:
        time.sleep(seconds)
    passed += seconds
print(claim(sys.argv[1], clock=lambda: passed, sleep=sleep), flush=True)
"""


@pytest.mark.slow
def test_one_of_several_processes_takes_over_an_abandoned_lease(tmp_path: Path):
    left_behind(tmp_path, seconds_ago=3600)
    command = [sys.executable, "-c", CLAIMER, str(tmp_path)]
    claimers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in claimers:
        assert process.stdout is not None
        assert process.stdout.readline() == "observes\n"
    for process in claimers:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in claimers].count("None\n") == 1


def test_a_lease_that_its_holder_renews_in_the_moment_of_the_takeover_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file, renewed = left_behind(tmp_path), '{"host": "pets-train-1", "time": 2}'
    move_away = LeaseDirectory.move_away

    def renewed_before(self: LeaseDirectory, name: str) -> str | None:
        file.write_text(renewed)
        return move_away(self, name)

    monkeypatch.setattr(LeaseDirectory, "move_away", renewed_before)
    assert claimed(tmp_path, Clock()) == "pets-train-1"
    assert file.read_text() == renewed
    assert files_of(tmp_path) == ["lease.json"]


@pytest.mark.parametrize("written", [True, False], ids=["before it moved the lease", "before it wrote its mark"])
def test_a_claimer_that_was_killed_on_the_way_does_not_block_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bool
):
    left_behind(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LeaseDirectory, "move_away", killed)
        patch.setattr(LeaseDirectory, "remove", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            claimed(tmp_path, Clock())
    _, mark = files_of(tmp_path)
    if not written:
        lease_file(str(tmp_path)).with_name(mark).write_text("")
    clock = Clock()
    assert claimed(tmp_path, clock) is None
    assert clock.seconds == pytest.approx(2 * ABANDONED_AFTER, abs=2)
    assert files_of(tmp_path) == ["lease.json"]


def test_a_lease_left_behind_before_the_machine_was_restarted_is_abandoned(tmp_path: Path):
    before = Holder(host=os.uname().nodename, time=1, id="1", pod="another boot", pid=1)
    left_behind(tmp_path, content=before.model_dump_json(by_alias=True))
    assert claimed(tmp_path, Clock()) is None


# The training


class Losing:
    """Keeps the name of the holder that a lease was lost to."""

    def __init__(self) -> None:
        self.holders: list[str] = []
        self.event = threading.Event()

    def __call__(self, holder: str) -> None:
        self.holders.append(holder)
        self.event.set()


@pytest.fixture
def losing():
    return Losing()


@pytest.fixture
def lease(tmp_path: Path, losing: Losing):
    lease = Lease(str(tmp_path), on_lost=losing, renewed_every=0.01)
    yield lease
    lease.release()


def renewals(model_dir: Path, number: int = 2) -> None:
    """Wait for so many renewals."""
    for _ in range(number):
        before = lease_file(str(model_dir)).read_bytes()
        until(lambda before=before: lease_file(str(model_dir)).read_bytes() != before)


def test_a_training_takes_over_at_once_what_preflight_claimed_in_its_pod(tmp_path: Path, lease: Lease, losing: Losing):
    claimed(tmp_path, Clock())
    claim_made = lease_of(tmp_path)
    lease.hold()
    lease.settle(20)
    assert not lease_of(tmp_path).claimed
    assert lease_of(tmp_path).id != claim_made.id
    lease.release()
    assert not lease_file(str(tmp_path)).exists()
    assert losing.holders == []


@pytest.mark.parametrize(
    "other",
    [
        {"host": "pets-train-2", "pod": this_pod(), "claimed": True},
        {"host": os.uname().nodename, "pod": "another pod of this name", "claimed": True},
        {"host": os.uname().nodename, "pod": this_pod(), "claimed": False},
    ],
    ids=["another pod's claim", "a claim of a pod on the network of the same node", "another trainer of this host"],
)
def test_what_another_claimed_is_observed_first(tmp_path: Path, lease: Lease, losing: Losing, other: dict[str, object]):
    file = left_behind(tmp_path, content=Holder(time=1, id="1", **other).model_dump_json(by_alias=True))
    lease.hold()
    times = count(2)

    def renewed() -> bool:
        overwrite(file, Holder(time=next(times), id="1", **other).model_dump_json(by_alias=True))
        return losing.event.is_set()

    until(renewed)
    assert losing.holders == [other["host"]]
    assert lease_of(tmp_path).id == "1"


@pytest.mark.usefixtures("holder")
def test_a_training_that_finds_a_living_trainer_of_this_host_ends(tmp_path: Path):
    losing, pid = Losing(), lease_of(tmp_path / "model").pid
    lease = Lease(str(tmp_path / "model"), on_lost=losing)
    lease.hold()
    assert losing.event.wait(20)
    assert losing.holders == [f"{os.uname().nodename} (process {pid})"]
    lease.release()
    assert lease_of(tmp_path / "model").pid == pid


def test_a_holder_whose_lease_was_taken_over_leaves_it_alone_and_ends(tmp_path: Path, lease: Lease, losing: Losing):
    lease.hold()
    lease.settle(20)
    assert lease.other_holder() is None
    other = '{"host": "pets-train-2", "time": 1}'

    def taken_over() -> bool:  # again, should the holder just have been about to write
        overwrite(lease_file(str(tmp_path)), other)
        return losing.event.is_set()

    until(taken_over)
    assert losing.holders == ["pets-train-2"]
    assert lease.other_holder() == "pets-train-2"
    lease.release()
    assert lease_file(str(tmp_path)).read_text() == other


def test_it_is_seen_before_the_next_renewal_when_a_checkpoint_is_saved(tmp_path: Path):
    lease = Lease(str(tmp_path), renewed_every=3600)
    lease.hold()
    lease.settle(20)
    lease_file(str(tmp_path)).write_text('{"host": "pets-train-2", "time": 1}')
    assert lease.other_holder() == "pets-train-2"
    lease.release()
    assert lease_of(tmp_path).host == "pets-train-2"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"], ids=["empty", "cut", "something else", "binary"])
def test_a_damaged_lease_is_written_again(tmp_path: Path, lease: Lease, losing: Losing, content: bytes):
    lease.hold()
    lease.settle(20)
    lease_file(str(tmp_path)).write_bytes(content)
    assert lease.other_holder() is None
    until(lambda: lease_file(str(tmp_path)).read_bytes() != content)
    renewals(tmp_path)
    assert losing.holders == []


def test_a_lease_that_someone_removed_is_written_again(tmp_path: Path, lease: Lease, losing: Losing):
    lease.hold()
    lease.settle(20)
    lease_file(str(tmp_path)).unlink()
    assert lease.other_holder() is None
    until(lease_file(str(tmp_path)).exists)
    renewals(tmp_path)
    assert losing.holders == []


@pytest.mark.parametrize("operation", ["read", "replace"])
def test_storage_that_fails_for_a_while_does_not_end_the_training(
    tmp_path: Path, lease: Lease, losing: Losing, monkeypatch: pytest.MonkeyPatch, capsys, operation: str
):
    lease.hold()
    lease.settle(20)
    failed = threading.Semaphore(0)

    def failing(*_: object) -> None:
        failed.release()
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(LeaseDirectory, operation, failing)
        for _ in range(3):
            assert failed.acquire(timeout=20)
        assert lease.other_holder() is None
    renewals(tmp_path)
    assert losing.holders == []
    assert capsys.readouterr().err.count("cannot write the lease") == 1


def test_storage_that_refuses_the_lease_does_not_end_the_training(tmp_path: Path, capsys):
    (tmp_path / "file").write_text("")
    losing = Losing()
    lease = Lease(str(tmp_path / "file" / "model"), on_lost=losing, renewed_every=0.01)
    lease.hold()
    lease.settle(20)
    lease.release()
    assert capsys.readouterr().err.count("cannot write the lease") == 1
    assert losing.holders == []


def test_a_training_knows_its_own_lease_if_storage_failed_after_it_was_written(tmp_path: Path):
    clock = Clock()
    files = _LeaseFiles(LeaseDirectory(lease_file(str(tmp_path)).parent), clock=clock, sleep=clock.sleep)
    assert files.acquire() is None
    assert files.acquire(inherits=True) is None
    assert clock.seconds == 0


def test_a_training_that_ends_while_it_observes_a_lease_does_not_wait_for_it(tmp_path: Path, lease: Lease, losing: Losing):
    file = left_behind(tmp_path)
    lease.hold()
    lease.release()
    lease.settle(20)
    assert lease_of(tmp_path).host == "pets-train-1"
    assert file.exists()
    assert losing.holders == []


def test_a_lease_that_was_never_held_is_none_to_release(tmp_path: Path):
    file = left_behind(tmp_path)
    Lease(str(tmp_path)).release()
    assert file.exists()


# Files of others


def test_a_link_in_the_place_of_a_lease_is_not_followed(tmp_path: Path, lease: Lease):
    outside = tmp_path / "outside"
    outside.write_text("precious")
    file = lease_file(str(tmp_path))
    file.parent.mkdir()
    file.symlink_to(outside)
    with pytest.raises(OSError, match="symbolic links"):
        claimed(tmp_path, Clock())
    lease.hold()
    lease.settle(20)
    assert outside.read_text() == "precious"


def test_a_link_in_the_place_of_its_directory_is_not_followed(tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "model").mkdir()
    lease_file(str(tmp_path / "model")).parent.symlink_to(tmp_path / "outside")
    with pytest.raises(OSError):  # noqa: PT011 - which error depends on the system
        claimed(tmp_path / "model", Clock())
    assert list((tmp_path / "outside").iterdir()) == []


def test_links_at_names_that_a_renewal_might_use_are_not_followed(tmp_path: Path, lease: Lease):
    outside = tmp_path / "outside"
    outside.write_text("precious")
    directory = lease_file(str(tmp_path)).parent
    directory.mkdir()
    for name in ("lease.new", "lease.json.new", "lease.tmp"):
        (directory / name).symlink_to(outside)
    lease.hold()
    lease.settle(20)
    renewals(tmp_path)
    assert outside.read_text() == "precious"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a FIFO", "a directory"])
def test_what_is_not_a_file_is_neither_read_nor_waited_for(tmp_path: Path, lease: Lease, make: Callable[[Path], None]):
    file = lease_file(str(tmp_path))
    file.parent.mkdir()
    make(file)
    with pytest.raises(OSError, match=r"not a regular file|directory"):
        claimed(tmp_path, Clock())
    lease.hold()
    lease.settle(20)
    assert lease.other_holder() is None


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path):
    file = left_behind(tmp_path)
    os.truncate(file, 1 << 40)
    assert claimed(tmp_path, Clock()) is None

"""How long a lease is observed, renewed and waited for, and who is named as its holder."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from detector_trainer.lease import lease as module
from detector_trainer.lease.lease import (
    ABANDONED_AFTER,
    LONGEST_LOOK,
    LOOK_EVERY,
    LOOKS_FOR_A_NAME,
    OBSERVED_AT_LEAST,
    RELEASE_TIMEOUT,
    RENEWED_EVERY,
    SETTLE_TIMEOUT,
    Holder,
    Lease,
    _LeaseFiles,
    claim,
    lease_file,
    this_pod,
)
from detector_trainer.lease.lease_directory import LeaseDirectory

OTHER = '{"host": "pets-train-2", "time": 1}'


class Clock:
    """A clock that only moves when somebody sleeps; `at` happens before each sleep."""

    def __init__(self, at: Callable[[int], object] = lambda _: None) -> None:
        self.seconds, self.sleeps, self._at = 0.0, list[float](), at

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self._at(len(self.sleeps))
        self.sleeps.append(seconds)
        self.seconds += seconds


def files_of(model_dir: Path, clock: Clock | None = None, **options: bool) -> _LeaseFiles:
    clock = clock or Clock()
    return _LeaseFiles(LeaseDirectory(lease_file(str(model_dir)).parent), clock=clock, sleep=clock.sleep, **options)


def left_behind(model_dir: Path, content: str = OTHER, *, seconds_ago: float = 0.0) -> Path:
    file = lease_file(str(model_dir))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    then = file.stat().st_mtime - seconds_ago
    os.utime(file, (then, then))
    return file


def test_the_times_fit_each_other():
    """Three renewals may be late; a holder renews while a claimer observes; what ends waits no longer than a pod has left."""
    assert RENEWED_EVERY == 5
    assert ABANDONED_AFTER == 4 * RENEWED_EVERY
    assert OBSERVED_AT_LEAST == 7 > RENEWED_EVERY + LONGEST_LOOK
    assert (LOOK_EVERY, LONGEST_LOOK) == (0.5, 1)
    assert SETTLE_TIMEOUT == 2 * ABANDONED_AFTER
    assert RELEASE_TIMEOUT == 2


@pytest.mark.parametrize("model_dir", ["/m", "file:///m"])
def test_where_the_lease_is(model_dir: str):
    assert lease_file(model_dir) == Path("/m/.detector-training/lease.json")


# What is written


@pytest.mark.parametrize("claimed", [True, False])
def test_the_content_of_a_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claimed: bool):
    monkeypatch.setattr(module.time, "time", lambda: 12.5)
    files = files_of(tmp_path, claimed=claimed)
    assert files.acquire() is None
    assert json.loads(lease_file(str(tmp_path)).read_text()) == {
        "host": socket.gethostname(),
        "time": 12.5,
        "id": files.id,
        "pod": this_pod(),
        "pid": os.getpid(),
        "claimed": claimed,
    }


def test_what_preflight_writes_is_a_claim_and_what_train_writes_is_not(tmp_path: Path):
    assert claim(str(tmp_path / "a")) is None
    assert json.loads(lease_file(str(tmp_path / "a")).read_text())["claimed"] is True
    lease = Lease(str(tmp_path / "b"))
    lease.hold()
    lease.settle(20)
    assert json.loads(lease_file(str(tmp_path / "b")).read_text())["claimed"] is False
    lease.release()


def test_two_processes_have_two_ids(tmp_path: Path):
    ids = {files_of(tmp_path).id for _ in range(3)}
    assert len(ids) == 3
    assert all(len(name) == 32 for name in ids)


def test_a_pod_is_its_boot_and_its_namespaces():
    boot, ipc, net = this_pod().split("/")
    assert boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert (ipc, net) == tuple(os.readlink(f"/proc/self/ns/{kind}") for kind in ("ipc", "net"))  # noqa: PTH115


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), ValueError("not ASCII")])
def test_what_a_sandbox_does_not_show_is_left_out(monkeypatch: pytest.MonkeyPatch, error: Exception):
    def fail() -> str:
        raise error

    monkeypatch.setattr(module, "_boot", fail)
    assert this_pod().startswith("/ipc:[")


# Who is named


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (Holder(host="other", time=1, pod="p", pid=7), "other"),
        (Holder(host=socket.gethostname(), time=1, pod=this_pod(), pid=7), f"{socket.gethostname()} (process 7)"),
        (Holder(host=socket.gethostname(), time=1, pod=this_pod()), socket.gethostname()),
        (Holder(host=socket.gethostname(), time=1, pod="another", pid=7), socket.gethostname()),
        (Holder(host=socket.gethostname(), time=1, pod="", pid=7), socket.gethostname()),
    ],
    ids=["another host", "this pod", "without a process", "another pod of this name", "of an earlier version"],
)
def test_the_process_is_named_only_on_this_very_host(tmp_path: Path, holder: Holder, name: str):
    assert files_of(tmp_path).name_of(holder) == name


def test_without_a_pod_of_its_own_no_process_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "this_pod", lambda: "")
    holder = Holder(host=socket.gethostname(), time=1, pod="", pid=7)
    assert files_of(tmp_path).name_of(holder) == socket.gethostname()


@pytest.mark.parametrize(("complete_at", "name", "sleeps"), [(2, "pets-train-2", 3), (3, "another host", 4)])
def test_an_incomplete_lease_is_read_so_often_before_its_holder_stays_unknown(
    tmp_path: Path, complete_at: int, name: str, sleeps: int
):
    assert LOOKS_FOR_A_NAME == 4
    file = left_behind(tmp_path, "{")
    clock = Clock(lambda done: file.write_text(OTHER) if done == complete_at else None)
    assert files_of(tmp_path, clock)._name(b"{") == name
    assert clock.sleeps == [LOOK_EVERY] * sleeps


# How long is observed


@pytest.mark.parametrize(
    ("ago", "seconds"),
    [(0, 20), (10, 10), (12.9, 7.1), (13, 7), (13.1, 7), (3600, 7)],
)
def test_an_older_lease_is_observed_for_the_rest_of_its_time_but_not_less_than_7_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ago: float, seconds: float
):
    monkeypatch.setattr(LeaseDirectory, "age", lambda _, name: {"lease.json": ago}[name])
    assert files_of(tmp_path)._seconds_to_observe() == pytest.approx(seconds)


def test_of_an_unknown_age_it_is_observed_for_all_of_it(tmp_path: Path):
    assert files_of(tmp_path)._seconds_to_observe() == ABANDONED_AFTER


def test_it_is_looked_at_twice_a_second_until_the_time_is_over(tmp_path: Path):
    clock, looks = Clock(), list[float]()

    def look() -> str:
        looks.append(clock.seconds)
        return "same"

    assert files_of(tmp_path, clock)._observed(look, "same", 2.0) == "same"
    assert looks == [0.5, 1.0, 1.5, 2.0]


def test_of_a_look_that_hangs_one_second_counts(tmp_path: Path):
    clock = Clock()

    def look() -> str:
        clock.seconds += 100
        return "same"

    files_of(tmp_path, clock)._observed(look, "same", 3.0)
    assert len(clock.sleeps) == 3


def test_a_change_ends_the_observation_at_once(tmp_path: Path):
    clock = Clock()
    seen = iter(["same", "changed"])
    assert files_of(tmp_path, clock)._observed(lambda: next(seen), "same", 20.0) == "changed"
    assert clock.seconds == 1.0


def test_where_a_lease_has_just_gone_another_claimer_is_given_time_to_create_its_own(tmp_path: Path):
    file = left_behind(tmp_path)
    clock = Clock(lambda sleeps: file.unlink() if sleeps == 0 else None)
    assert files_of(tmp_path, clock).acquire() is None
    assert clock.sleeps == [LOOK_EVERY, LONGEST_LOOK]


# The training


def test_a_lost_lease_stays_lost_whatever_becomes_of_its_file(tmp_path: Path):
    lost = threading.Event()
    lease = Lease(str(tmp_path), on_lost=lambda _: lost.set(), renewed_every=0.01)
    lease.hold()
    lease.settle(20)
    beside = tmp_path / "beside"
    while not lost.wait(0.01):  # again, should the holder just have been about to write
        beside.write_text(OTHER)
        beside.replace(lease_file(str(tmp_path)))
    lease_file(str(tmp_path)).unlink()
    assert lease.other_holder() == "pets-train-2"
    lease.release()


def test_before_it_is_held_no_other_holder_is_known(tmp_path: Path):
    left_behind(tmp_path)
    assert Lease(str(tmp_path)).other_holder() is None


def test_the_reason_of_a_refusal_is_reported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("")
    lease = Lease(str(tmp_path / "file"), renewed_every=0.01)
    for _ in range(2):
        assert lease._acquired_or_renewed() is None
    assert capsys.readouterr().err == (
        f"detector-training: cannot write the lease {tmp_path}/file/.detector-training/lease.json: Not a directory\n"
    )


def test_a_damaged_lease_is_written_again_only_when_it_is_still_damaged(tmp_path: Path):
    files = files_of(tmp_path)
    assert files.acquire() is None
    file = lease_file(str(tmp_path))
    file.write_text("{")
    assert files.renew() is None
    assert file.read_text() == "{"
    assert files.renew() is None
    assert json.loads(file.read_text())["id"] == files.id
    file.write_text("{")  # damaged again, and in the same way: another writes it at this moment
    assert files.renew() is None
    assert file.read_text() == "{"


def test_a_lease_of_an_earlier_version_has_neither_id_nor_pod_and_is_not_a_claim():
    assert Holder.model_validate_json(OTHER) == Holder(host="pets-train-2", time=1, id="", pod="", pid=None, claimed=False)


def test_a_lease_is_kept_by_a_thread_that_does_not_keep_the_process(tmp_path: Path):
    lease = Lease(str(tmp_path), renewed_every=3600)
    lease.hold()
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "lease" and thread is lease._keeper] == [True]
    lease.release()

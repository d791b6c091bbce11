"""`detector-training preflight`: exit codes and termination messages of the init container."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from detector_trainer.cli import cmd_preflight, main
from detector_trainer.lease import lease
from detector_trainer.preflight import model_dir_free, model_dir_writable
from support.inputs import Case


class Ended(NamedTuple):
    code: int
    message: dict[str, Any]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.write()
    return case


def flags(case: Case, *more: str) -> list[str]:
    required = ["--pipeline-config", str(case.pipeline), "--model-dir", str(case.model_dir), "--gpus=0"]
    return ["preflight", *required, "--termination-message-path", str(case.folder / "message"), *more]


def ran(case: Case, *more: str) -> Ended:
    code = main(flags(case, *more))
    return Ended(code, json.loads((case.folder / "message").read_text()))


def verdict(case: Case) -> str:
    """The flag with the fingerprint of what was validated."""
    return f"--fingerprint={case.report().stats['inputsFingerprint']}"


def test_what_was_validated_can_train(case: Case):
    code, message = ran(case, verdict(case))
    assert (code, message["reason"], message["message"]) == (0, "PreflightPassed", "This pod can train.")


def test_it_leaves_nothing_in_the_model_directory_but_its_claim(case: Case):
    ran(case)
    assert [path for path in case.model_dir.rglob("*") if path.is_file()] == [lease.lease_file(str(case.model_dir))]


@pytest.mark.parametrize("given", [(), ("--fingerprint=0-of-another-version",)], ids=["no verdict", "another version's"])
def test_without_a_fingerprint_to_compare_with_whatever_is_there_is_trained(case: Case, given: tuple[str, ...]):
    assert ran(case, *given).code == 0


def test_inputs_that_have_changed_are_named_and_not_retried(case: Case):
    given = verdict(case)
    case.label_map.write_text(case.label_map.read_text() + "# a remark\n")
    code, message = ran(case, given)
    assert (code, message["reason"]) == (65, "InputsChanged")
    assert message["message"] == f"Changed since it was validated: label map ({case.label_map})."


def test_overrides_are_part_of_what_was_validated(case: Case):
    case.options["overrides"] = {"batchSize": "3"}
    given = verdict(case)
    assert ran(case, given, "--set", "batchSize=3").code == 0
    assert ran(case, given).message["message"] == f"Changed since it was validated: pipeline config ({case.pipeline})."


MISSING: dict[str, tuple[Callable[[Case], Path], str]] = {
    "the config": (lambda case: case.pipeline, "is missing"),
    "the label map": (lambda case: case.label_map, "is missing"),
    "the records": (lambda case: case.record, "matches no file"),
    "the checkpoint's index": (lambda case: Path(f"{case.checkpoint}.index"), "is missing"),
    "the checkpoint's data": (lambda case: Path(f"{case.checkpoint}.data-00000-of-00001"), "is missing"),
}


@pytest.mark.parametrize(("path", "said"), MISSING.values(), ids=MISSING)
def test_an_input_that_is_not_mounted_is_named_and_not_retried(case: Case, path: Callable[[Case], Path], said: str):
    given = verdict(case)
    path(case).unlink()
    code, message = ran(case, given)
    assert (code, message["reason"]) == (65, "InputUnreadable")
    assert message["message"] == f"{path(case)} {said}."


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (errno.EACCES, 78, "EnvironmentUnusable"),
        (errno.EIO, 74, "StorageError"),
        (errno.ESTALE, 74, "StorageError"),
        (errno.ENOTCONN, 74, "StorageError"),
    ],
    ids=["not allowed", "I/O error", "stale NFS handle", "FUSE mount without its daemon"],
)
def test_an_input_that_the_storage_refuses_ends_as_it_would_in_train(
    case: Case, monkeypatch: pytest.MonkeyPatch, number: int, code: int, reason: str
):
    opened = Path.open

    def refusing(self: Path, *args: Any, **keywords: Any) -> Any:
        if self == case.record:
            raise OSError(number, os.strerror(number), str(self))
        return opened(self, *args, **keywords)

    monkeypatch.setattr(Path, "open", refusing)
    ended = ran(case)
    assert (ended.code, ended.message["reason"]) == (code, reason)
    assert ended.message["message"] == f"{case.record} cannot be read: {os.strerror(number)}."


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (errno.EROFS, 78, "EnvironmentUnusable"),
        (errno.EACCES, 78, "EnvironmentUnusable"),
        (errno.ENOSPC, 74, "DiskFull"),
        (errno.EDQUOT, 74, "DiskFull"),
        (errno.EIO, 74, "StorageError"),
        (errno.ENODEV, 74, "StorageError"),
    ],
    ids=["read-only", "not allowed", "disk full", "quota exceeded", "I/O error", "something else"],
)
def test_a_model_directory_that_cannot_be_written(
    case: Case, monkeypatch: pytest.MonkeyPatch, number: int, code: int, reason: str
):
    def fsync(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(model_dir_writable.os, "fsync", fsync)
    ended = ran(case)
    assert (ended.code, ended.message["reason"]) == (code, reason)
    assert ended.message["message"] == f"{case.model_dir} cannot be written: {os.strerror(number)}."
    assert list(case.model_dir.iterdir()) == []


@pytest.mark.parametrize("below", ["", "/deeper"])
def test_a_file_in_the_place_of_the_model_directory(case: Case, below: str):
    case.model_dir.write_text("")
    code, message = ran(case, f"--model-dir={case.model_dir}{below}")
    assert (code, message["reason"]) == (65, "ModelDirUnusable")


def test_a_model_directory_in_a_bucket_is_left_to_the_trainer(case: Case):
    assert ran(case, "--model-dir=gs://models/pets").code == 0


def test_a_model_directory_in_which_another_trains(case: Case):
    other = lease.Lease(str(case.model_dir), renewed_every=0.05)
    other.hold()
    try:
        code, message = ran(case)
    finally:
        other.release()
    assert (code, message["reason"]) == (74, "ModelDirInUse")
    assert message["message"] == (
        f"{os.uname().nodename} (process {os.getpid()}) trains in {case.model_dir}: "
        f"it renews {lease.lease_file(str(case.model_dir))}."
    )


def test_a_model_directory_in_which_another_pod_trains_names_that_pod(case: Case):
    file, over = lease.lease_file(str(case.model_dir)), threading.Event()
    file.parent.mkdir(parents=True)

    def renew() -> None:
        for time in count():
            file.with_name("new").write_text(f'{{"host": "pets-train-1-x7k2p", "time": {time}}}')
            file.with_name("new").replace(file)
            if over.wait(0.05):
                return

    holder = threading.Thread(target=renew)
    holder.start()
    try:
        code, message = ran(case)
    finally:
        over.set()
        holder.join()
    assert (code, message["reason"]) == (74, "ModelDirInUse")
    assert message["message"].startswith(f"pets-train-1-x7k2p trains in {case.model_dir}: ")


def test_a_lease_that_cannot_be_claimed_is_told_and_no_reason_to_end(case: Case, monkeypatch: pytest.MonkeyPatch, capsys):
    def claim(_: str) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(model_dir_free, "claim", claim)
    assert ran(case).code == 0
    assert "cannot claim" in capsys.readouterr().err


def test_gpus_that_are_not_there(case: Case):
    code, message = ran(case, "--gpus=99")
    assert (code, message["reason"]) == (78, "TooFewGpus")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--gpu=1"], "unknown flag --gpu; did you mean --gpus?"),
        (["--gpus=many"], "many"),
        (["--set", "batchSize"], "--set batchSize: write it as KEY=VALUE"),
        (["--set", "batchSize=many"], "--set: batchSize must be a whole number above 0, not 'many'"),
    ],
    ids=["misspelt flag", "no number", "no value", "wrong value"],
)
def test_wrong_flags_end_with_64_and_are_told_in_the_termination_message(case: Case, more: list[str], said: str):
    code, message = ran(case, *more)
    assert (code, message["reason"]) == (64, "WrongFlags")
    assert said in message["message"]


def test_a_defect_of_its_own_is_told_as_one(case: Case, monkeypatch: pytest.MonkeyPatch):
    def preflight(_: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(cmd_preflight, "preflight", preflight)
    code, message = ran(case)
    assert (code, message["reason"]) == (70, "Unclassified")
    assert "RuntimeError: surprise" in message["message"]
    assert "Traceback" in message["traceback"]


def test_with_hundreds_of_shards_it_takes_less_than_two_seconds_and_no_tensorflow(case: Case):
    for shard in range(500):
        (case.folder / f"shard-{shard:05d}").write_bytes(bytes(200_000))
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(case.folder / "shard-*")]
    case.write()
    code = f"import sys; from detector_trainer.cli import main; sys.exit(main({flags(case)!r}) or 'tensorflow' in sys.modules)"
    before = cpu_seconds_of_children()
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert cpu_seconds_of_children() - before < 2


def cpu_seconds_of_children() -> float:
    """What else the machine does is not counted."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

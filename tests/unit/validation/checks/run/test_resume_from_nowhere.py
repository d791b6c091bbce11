"""The file `checkpoint` of a model directory: looked at before it is opened, and read no further than its head (run/resume-from-nowhere)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detector_trainer.checkpoints import checkpoint
from detector_trainer.checkpoints.checkpoint import MAX_STATE_BYTES, STATE_HEAD_BYTES, latest_checkpoint
from detector_trainer.contract import Finding
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.checks.run.resume_from_nowhere import RULE
from support.breaking import Change, assert_only, resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.write()
    case.model_dir.mkdir()
    return case


def state_file(case: Case) -> Path:
    return case.model_dir / "checkpoint"


def finding(case: Case) -> Finding:
    (found,) = [finding for finding in case.report(scan=False).findings if finding.where.field == "model_dir"]
    assert found.code == "run/resume-from-nowhere"
    assert found.where.file == str(state_file(case))
    return found


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def test_a_named_pipe_is_named_and_not_opened(case: Case):
    """It blocked forever; so does the trainer."""
    os.mkfifo(state_file(case))
    found = finding(case)
    assert (found.severity, found.message) == ("error", f"{state_file(case)} is a named pipe, not a regular file.")


def test_a_directory_is_named(case: Case):
    state_file(case).mkdir()
    found = finding(case)
    assert (found.severity, found.message) == ("error", f"{state_file(case)} is a directory.")


def test_a_sparse_file_of_gigabytes_is_named_and_not_read(case: Case, monkeypatch: pytest.MonkeyPatch):
    sparse(state_file(case), 3 << 30)
    opened: list[Path] = []
    path_open = Path.open

    def spy(path: Path, *how, **options):
        opened.append(path)
        return path_open(path, *how, **options)

    monkeypatch.setattr(Path, "open", spy)
    found = finding(case)
    assert state_file(case) not in opened
    assert (found.severity, found.message) == (
        "warning",  # the trainer reads it, if it has the memory
        f"{state_file(case)} has 3,221,225,472 bytes, too many for a checkpoint state file.",
    )


def test_of_a_large_one_the_head_is_read(case: Case, monkeypatch: pytest.MonkeyPatch):
    state_file(case).write_text('model_checkpoint_path: "ckpt-3"\n')
    os.truncate(state_file(case), MAX_STATE_BYTES)
    read: list[int] = []
    original = checkpoint.read_bytes

    def spy(*arguments):
        data = original(*arguments)
        read.append(len(data))
        return data

    monkeypatch.setattr(checkpoint, "read_bytes", spy)
    latest = latest_checkpoint(str(case.model_dir))
    assert latest is not None
    assert latest.named == "ckpt-3"
    assert read == [STATE_HEAD_BYTES]


@pytest.mark.parametrize("make", [lambda _: None, lambda path: path.symlink_to("nowhere"), lambda path: path.write_bytes(b"")])
def test_none_a_broken_link_or_an_empty_one_resumes_from_nothing(case: Case, make):
    make(state_file(case))
    assert latest_checkpoint(str(case.model_dir)) is None
    assert case.report(scan=False).verdict == "pass"


def test_without_the_right_to_read_it_is_a_warning(case: Case, monkeypatch: pytest.MonkeyPatch):
    def refused(path: str, *_):
        raise Unreadable(path, "unreadable", "cannot be read: Permission denied", "Look at its permissions and its storage.")

    monkeypatch.setattr(checkpoint, "read_bytes", refused)
    found = finding(case)
    assert (found.severity, found.message) == ("warning", f"{state_file(case)} cannot be read: Permission denied.")


@pytest.mark.parametrize("name", ["n" * 5000, r"a\000b", "a/" * 3000])
def test_a_name_that_no_file_can_have_is_one_that_does_not_exist(case: Case, name: str):
    state_file(case).write_text(f'model_checkpoint_path: "{name}"\n')
    assert "does not exist" in finding(case).message


def test_a_name_does_not_reach_over_lines(case: Case):
    """What is between two quotes on different lines is not a name, and must not be shown as one."""
    state_file(case).write_text('model_checkpoint_path: "\npassword\n"\n')
    assert latest_checkpoint(str(case.model_dir)) is None


def test_an_index_that_is_a_named_pipe_is_named_and_not_opened(case: Case):
    index = Path(f"{case.checkpoint}.index")
    index.unlink()
    os.mkfifo(index)
    messages = [finding.message for finding in case.report(scan=False).findings if finding.code.startswith("checkpoint/")]
    assert messages == [f"{index} is a named pipe, not a regular file."]


def test_an_index_of_gigabytes_is_named_and_not_read(case: Case):
    index = Path(f"{case.checkpoint}.index")
    sparse(index, 3 << 30)
    messages = [finding.message for finding in case.report(scan=False).findings if finding.code.startswith("checkpoint/")]
    assert messages == [f"{index} has 3,221,225,472 bytes, too many for a checkpoint's index."]


def resume_elsewhere(case: Case) -> None:
    resume(case, "/moved/away/ckpt-2")


BREAKS: dict[str, Change] = {
    "resume from nowhere": resume_elsewhere,
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")

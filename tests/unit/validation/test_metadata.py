"""Properties of all metadata checks together: valid inputs pass, and hostile files are named."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from support.breaking import label_map, set_fields
from support.inputs import Case, codes

Break = Callable[[Case], None]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_the_sound_inputs_pass(case: Case):
    case.write()
    assert codes(case.report()) == {}


LEGAL: list[tuple[str, Break]] = [
    ("commas in a label map", label_map("item: { id: 1, name: 'Abyssinian', },")),
    ("background as 0", label_map("item { id: 0 name: 'background' } item { id: 1 name: 'cat' }")),
    ("gaps in the ids", label_map("item { id: 1 name: 'cat' } item { id: 7 name: 'dog' }")),
    ("display names that repeat", label_map("item { id: 1 name: 'a' display_name: 'x' } item { id: 2 name: 'b' display_name: 'x' }")),
    ("bfloat16", set_fields(train_config__use_bfloat16=True)),
    ("fields of TF1 that are not used", set_fields(train_config__sync_replicas=True, train_config__replicas_to_aggregate=8)),
    ("no checkpoint, no type, no version", set_fields(train_config__fine_tune_checkpoint=None, train_config__fine_tune_checkpoint_type=None)),
    ("records in a bucket", set_fields(train_input_reader__tf_record_input_reader__input_path=["gs://bucket/a-*"])),
    ("no label map", set_fields(train_input_reader__label_map_path=None)),
]  # fmt: skip


@pytest.mark.parametrize("change", [row[1] for row in LEGAL], ids=[row[0] for row in LEGAL])
def test_what_trains_is_not_rejected(case: Case, change: Break):
    change(case)
    case.write()
    assert codes(case.report(scan=False)) == {}


def missing(path: Path) -> None:
    path.unlink()


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def broken_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere")


def a_socket(path: Path) -> None:
    path.unlink()
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # a socket's address is short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def named_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def holding(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


HOSTILE = [
    ("missing", missing, "is missing"),
    ("a directory", directory, "is a directory"),
    ("a link to nothing", broken_link, "is a link to /nowhere"),
    ("a socket", a_socket, "is a socket"),
    ("a named pipe", named_pipe, "is a named pipe"),
    ("empty", lambda path: path.write_bytes(b"") and None, "is empty"),
    ("gzip", holding(b"\x1f\x8b\x08\x00abc"), "is gzip-compressed"),
    ("an HTML page", holding(b"<!DOCTYPE html><html><body>404</body></html>"), "is an HTML"),
    ("a git-lfs pointer", holding(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "is a git-lfs pointer"),
    ("binary", holding(bytes(range(256)) * 4), "is binary"),
    ("not UTF-8", holding(b"model { # caf\xe9\n}"), "is not UTF-8"),
    ("huge", lambda path: os.truncate(path, 1 << 40), "bytes, too many"),
]


@pytest.mark.parametrize(("become", "words"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
@pytest.mark.parametrize("which", ["pipeline", "label_map"])
def test_a_file_that_is_something_else_is_told_by_name(case: Case, which: str, become: Callable[[Path], None], words: str):
    case.write()
    path: Path = getattr(case, which)
    become(path)
    report = case.report(scan=False)
    (finding,) = (finding for finding in report.findings if finding.severity == "error")
    assert finding.code == {"pipeline": "config/unreadable", "label_map": "label-map/unreadable"}[which]
    assert finding.message.startswith(f"{path} ")
    assert words in finding.message


@pytest.mark.parametrize(("become", "words"), [row[1:] for row in HOSTILE if row[0] not in ("missing", "a link to nothing", "not UTF-8")], ids=[row[0] for row in HOSTILE if row[0] not in ("missing", "a link to nothing", "not UTF-8")])  # fmt: skip
def test_a_checkpoint_index_that_is_something_else(case: Case, become: Callable[[Path], None], words: str):
    case.write()
    become(Path(f"{case.checkpoint}.index"))
    found = codes(case.report(scan=False))
    assert found == {"checkpoint/unreadable": "error"}, words


def test_windows_line_ends_are_fine(case: Case):
    case.write()
    case.pipeline.write_bytes(case.pipeline.read_bytes().replace(b"\n", b"\r\n"))
    assert codes(case.report(scan=False)) == {}

"""`detector-training diagnose`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from detector_trainer.cli import main
from detector_trainer.cli.cmd_diagnose import _ANSI

FAILED = """\x1b[33mtrainer-0 |\x1b[0m detector-training: {"step":120,"totalSteps":2000,"loss":1.5}\r
trainer-0 | Traceback (most recent call last):\r
trainer-0 |   File "C:\\\\train\\\\model_main_tf2.py", line 114, in <module>\r
trainer-0 | tensorflow.python.framework.errors_impl.DataLossError: truncated record at 812345 [Op:IteratorGetNext]\r
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "train.log"


def test_the_cause_is_found_with_its_line_and_the_step(log: Path, capsys):
    log.write_text(FAILED)
    assert main(["diagnose", str(log)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("records/truncated\n  line 4: ")
    assert "Last step: 120 of 2000." in out


def test_json_says_the_same(log: Path, capsys):
    log.write_text(FAILED)
    assert main(["diagnose", str(log), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(cause["code"], cause["reason"], cause["line"]) for cause in found["causes"]] == [
        ("records/truncated", "DataError", 4)
    ]
    assert (found["step"], found["totalSteps"]) == (120, 2000)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FAILED.encode())))
    assert main(["diagnose", "-"]) == 0
    assert "records/truncated" in capsys.readouterr().out


def test_a_loss_that_became_nan_is_noticed(log: Path, capsys):
    log.write_text("INFO:tensorflow:Step 300 per-step time 0.3s\n{'Loss/classification_loss': nan, 'Loss/total_loss': nan}\n")
    assert main(["diagnose", str(log)]) == 0
    out = capsys.readouterr().out
    assert "NonFiniteLoss\n  line 2" in out
    assert "Last step: 300." in out


def test_without_a_cause_it_says_so_and_shows_what_looks_like_one(log: Path, capsys):
    log.write_text("fine\nWeirdError: never seen\nfine\n")
    assert main(["diagnose", str(log)]) == 1
    out = capsys.readouterr().out
    assert "No known cause found." in out
    assert "2: WeirdError: never seen" in out


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00" * 5000, b"x" * 3_000_000], ids=["empty", "binary", "one long line"])
def test_any_log_is_survived(log: Path, data: bytes):
    log.write_bytes(data)
    assert main(["diagnose", str(log)]) == 1


def test_a_log_that_is_missing_is_named(capsys):
    assert main(["diagnose", "/no/train.log"]) == 2
    assert "/no/train.log is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;no end", "\x1b]0;no end"),
        ("\x1b]a\x1b]b\x07c", "\x1b]ac"),
    ],
)
def test_colours_titles_and_links_are_removed(line: str, plain: str):
    assert _ANSI.sub("", line) == plain


def test_an_escape_without_an_end_is_not_searched_for_one_beyond_the_next():
    """Each was searched to the end of the line: 12 s for a megabyte."""
    line = "\x1b]" + "x" * 50
    searched = [_ANSI.match(line * 1000 + "\x07", start) for start in range(0, 999 * len(line), len(line))]
    assert searched == [None] * 999

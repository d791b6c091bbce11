"""`detector-training explain`."""

from __future__ import annotations

import pytest

from detector_trainer.cli import main


def test_a_code_is_explained(capsys):
    assert main(["explain", "records/box-min-exceeds-max"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("records/box-min-exceeds-max  (error)\n")
    assert "Fix: Swap the two values" in out


def test_a_part_that_only_one_code_has_is_enough(capsys):
    assert main(["explain", "box-min"]) == 0
    assert "records/box-min-exceeds-max" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "near"), [("records/box-min-exceed-max", "records/box-min-exceeds-max"), ("label-map", "label-map/syntax-error")]
)
def test_what_is_no_code_gets_the_nearest(asked: str, near: str, capsys):
    assert main(["explain", asked]) == 2
    assert near in capsys.readouterr().err


def test_a_failure_that_no_check_finds_is_explained_too(capsys):
    assert main(["explain", "storage/disk-full"]) == 0
    assert "Free space" in capsys.readouterr().out


def test_a_renamed_code_is_explained_with_a_notice(capsys):
    assert main(["explain", "config/anchors"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("config/anchor-not-positive  (warning)\n")
    assert "config/anchors is now config/anchor-not-positive" in shown.err


def test_the_list_has_a_line_for_each(capsys):
    assert main(["explain", "--list"]) == 0
    assert "records/empty-file" in capsys.readouterr().out

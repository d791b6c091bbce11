"""A line about a resource names it: in front for people, in fields for machines."""

from __future__ import annotations

import json
import logging

import pytest

from detector_operator.controller.log_format import JsonLines, TextLines, about
from support.fake_api_server import KEY


@pytest.fixture
def line():
    def made(formatter, message="created Job %s", extra=None, exc_info=None):
        record = logging.getLogger("test").makeRecord(
            "test", logging.INFO, __file__, 1, message, ("pets-train-1",) if "%s" in message else (), exc_info, extra=extra
        )
        return formatter.format(record)

    return made


def test_json_has_namespace_and_name_as_fields(line):
    told = json.loads(line(JsonLines(), extra=about(KEY)))
    assert told.pop("time").endswith("+00:00")
    assert told == {"level": "info", "message": "created Job pets-train-1", "namespace": "team", "name": "pets"}


def test_text_has_them_before_the_message(line):
    assert line(TextLines(), extra=about(KEY)).endswith(" INFO team/pets: created Job pets-train-1")


def test_a_line_about_no_resource_has_none(line):
    assert line(TextLines()).endswith(" INFO created Job pets-train-1")
    assert json.loads(line(JsonLines())).keys() == {"time", "level", "message"}


def test_a_traceback_is_one_line_of_json(line):
    error = RuntimeError("no")
    told = line(JsonLines(), exc_info=(RuntimeError, error, None))
    assert "\n" not in told
    assert json.loads(told)["traceback"] == "RuntimeError: no"


FORGED = "2026-01-01 00:00:00,000 INFO team/other: deleted Job other-train-1"


@pytest.mark.parametrize(
    ("end", "escaped"),
    [("\n", "\\n"), ("\r", "\\r"), ("\x1b[2K", "\\x1b[2K"), ("\x85", "\\x85"), ("\u2028", "\\u2028"), ("\x00", "\\x00")],
    ids=["newline", "carriage return", "escape sequence", "next line", "line separator", "null"],
)
def test_a_message_cannot_forge_a_line_of_text(line, end, escaped):
    told = line(TextLines(), message=f"image x{end}{FORGED} is invalid")
    assert told.endswith(f" INFO image x{escaped}{FORGED} is invalid")
    assert len(told.splitlines()) == 1


def test_a_tab_or_an_umlaut_is_not_a_danger(line):
    assert line(TextLines(), message="a\tb ü → …").endswith(" INFO a\\tb ü → …")


def test_no_line_of_a_traceback_looks_like_a_message(line):
    error = RuntimeError(f"no\n{FORGED}")
    told = line(TextLines(), message="reconcile", exc_info=(RuntimeError, error, None))
    first, *others = told.splitlines()
    assert first.endswith(" INFO reconcile")
    assert others == ["    RuntimeError: no", f"    {FORGED}"]


def test_the_same_record_can_be_formatted_twice():
    """A record goes to every handler."""
    record = logging.getLogger("test").makeRecord("test", logging.INFO, __file__, 1, "a\nb", (), None, extra=about(KEY))
    assert TextLines().format(record) == TextLines().format(record)

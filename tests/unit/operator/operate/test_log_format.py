"""A line about a resource names it: in front for people, in fields for machines."""

from __future__ import annotations

import json
import logging

import pytest

from detector_operator.operate.log_format import JsonLines, TextLines, about
from support.fake_api_server import KEY


@pytest.fixture
def line():
    def made(formatter, message="created Job %s", extra=None, exc_info=None):
        record = logging.getLogger("test").makeRecord(
            "test", logging.INFO, __file__, 1, message, ("pets-train-1",), exc_info, extra=extra
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

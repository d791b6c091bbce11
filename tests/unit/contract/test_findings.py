"""The report is the JSON that the design promises."""

from __future__ import annotations

import json

import pytest

from detector_trainer.contract import ExitCode, Finding, Report, Severity, Verdict, Where


def test_a_report_has_the_promised_fields():
    report = Report(
        verdict=Verdict.REJECT,
        findings=[
            Finding(
                code="label-map/reserved-id",
                severity=Severity.ERROR,
                message="Item 'cat' has id 0.",
                hint="Number items from 1.",
                where=Where(file="map.pbtxt", line=3, field="item.id"),
            )
        ],
        stats={"records": 0},
        duration_seconds=0.25,
    )
    assert json.loads(report.model_dump_json(by_alias=True, exclude_none=True)) == {
        "verdict": "reject",
        "findings": [
            {
                "code": "label-map/reserved-id",
                "severity": "error",
                "message": "Item 'cat' has id 0.",
                "hint": "Number items from 1.",
                "where": {"file": "map.pbtxt", "line": 3, "field": "item.id"},
                "count": 1,
            }
        ],
        "stats": {"records": 0},
        "durationSeconds": 0.25,
    }
    assert (report.errors, report.warnings) == (1, 0)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where(), ""),
        (Where(file="pipeline.config"), "pipeline.config"),
        (Where(file="pipeline.config", line=3), "pipeline.config:3"),
        (Where(file="a.record", record=0, field="image/encoded"), "a.record, record 0, image/encoded"),
        (Where(field="--num-steps"), "--num-steps"),
    ],
    ids=["nothing", "file", "line", "record", "flag"],
)
def test_a_place_reads_as_a_person_would_say_it(where, text):
    assert str(where) == text


@pytest.mark.parametrize(
    ("code", "retryable"),
    [(0, False), (64, False), (65, False), (70, True), (74, True), (75, True), (78, False)],
    ids=lambda value: str(value),
)
def test_exit_codes_say_whether_trying_again_may_help(code, retryable):
    assert ExitCode(code).retryable is retryable


def test_whatever_the_inputs_hold_a_finding_is_short():
    """One name of 5 MB in a label map made a report, and then a status, of as much."""
    long = "n" * 5_000_000
    finding = Finding(
        code=long,
        severity=Severity.ERROR,
        message=f"Item {long} has no id",
        hint=f"Did you mean {long}?",
        where=Where(file=long, field=long),
    )
    assert len(finding.model_dump_json()) < 12_000
    assert finding.message.startswith("Item nnn")
    assert finding.message.endswith("nnn has no id")
    assert Finding.model_validate_json(finding.model_dump_json()) == finding


def test_what_is_short_stays_as_it_is():
    path = "/" + "d" * 4094
    assert Where(file=path).file == path
    assert Finding(code="a/b", severity=Severity.INFO, message="m" * 2048, hint="").message == "m" * 2048

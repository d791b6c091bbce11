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

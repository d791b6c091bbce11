"""`describe` prints what `kubectl describe` prints, to the last space."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detector_operator.api.load import load
from detector_operator.local.describe import _scalar as scalar
from detector_operator.local.describe import age, aligned, describe, label_of
from detector_operator.local.status_file import RecordedEvent

DATA = Path(__file__).parents[3] / "data" / "describe"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def event(kind, reason, message, seconds_ago):
    return RecordedEvent(type=kind, reason=reason, message=message, time=NOW - timedelta(seconds=seconds_ago))


EVENTS = [
    event("Normal", "Validating", "m1", 3700),
    event("Warning", "ValidationRejected", "m 2", 605),
    event("Warning", "V", "m 3 ", 900),
]


def test_a_resource_with_everything_is_described_as_kubectl_does():
    assert describe(load(DATA / "resource.yaml"), EVENTS, NOW) == (DATA / "kubectl.txt").read_text()


def test_without_events_it_reports_that():
    assert describe(load(DATA / "resource.yaml"), [], NOW).splitlines()[-1].split() == ["Events:", "<none>"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("lastTransitionTime", "Last Transition Time"),
        ("apiVersion", "API Version"),
        ("uid", "UID"),
        ("configMapKeyRef", "Config Map Key Ref"),
        ("kubernetesIOArch", "Kubernetes IO Arch"),
        ("nvidia.com/gpu", "nvidia.com/gpu"),
        ("step2", "step2"),
    ],
)
def test_names_are_split_at_their_capitals(name, label):
    assert label_of(name) == label


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (True, "true"),
        (3, "3"),
        (4.0, "4"),
        (0.0, "0"),
        (100000.0, "100000"),
        (1e6, "1e+06"),
        (123456789.5, "1.234567895e+08"),
        (12345.678, "12345.678"),
        (-0.0001, "-0.0001"),
        (0.00001234, "1.234e-05"),
        (1e21, "1e+21"),
    ],
    ids=repr,
)
def test_values_are_written_as_go_writes_them(value, text):
    assert scalar(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (130, "2m10s"),
        (605, "10m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 60, "3h1m"),
        (9 * 3600, "9h"),
        (50 * 3600, "2d2h"),
        (10 * 86400, "10d"),
    ],
)
def test_ages_have_two_units_while_they_are_small(seconds, text):
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


def test_columns_are_aligned_over_neighbouring_lines_only():
    assert aligned(["a:\t1", "long:\t2", "no column", "b:\t3"]) == "a:     1\nlong:  2\nno column\nb:  3\n"


def test_control_characters_do_not_reach_the_terminal():
    assert aligned(["a:\t\x1b[31mred\r"]) == "a:  ^[[31mred\\r\n"

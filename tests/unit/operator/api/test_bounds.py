"""A status never exceeds its bounds, whatever is put into it: otherwise it could never be written again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector_operator.api import (
    Condition,
    ConditionType,
    FailureStatus,
    Phase,
    Status,
    Stop,
    TrainingStatus,
    ValidationStatus,
    crd,
)
from detector_operator.api.bounds import MESSAGE, TEXT, WORD, clip, within_bounds
from detector_trainer.contract import Finding, Severity, Verdict, Where
from detector_trainer.contract.shortened import ELLIPSIS
from support.trainings import T0, training

LARGEST_STATUS = 256 << 10
"""Bytes. etcd refuses objects of some 1.5 MB, of which the spec may have most."""


def test_a_text_that_is_too_long_is_cut_and_reports_that():
    assert clip("x" * TEXT) == "x" * TEXT
    assert clip("x" * 5000) == "x" * (TEXT - 1) + ELLIPSIS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe 5 µm\n\tüber", "Größe 5 µm\n\tüber"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("a\0b\r\x85c", "a\ufffdb\ufffd\ufffdc"),
        ("half \ud800 a character", "half \ufffd a character"),
    ],
    ids=["text", "colours", "control characters", "a half"],
)
def test_what_a_terminal_would_obey_or_an_api_server_would_replace_is_not_kept(text, shown):
    assert clip(text) == shown


@given(text=st.text(), most=st.integers(1, 30))
def test_what_was_cut_is_not_cut_again(text, most):
    cut = clip(text, most)
    assert len(cut) <= most
    assert clip(cut, most) == cut


def test_a_status_within_its_bounds_is_the_same_object():
    status = Status(phase=Phase.TRAINING, training=TrainingStatus(step=1), conditions=[condition("Training.")])
    assert within_bounds(status) is status


def condition(message, kind=ConditionType.TRAINING, reason="Training"):
    return Condition(type=kind, status="True", observed_generation=1, last_transition_time=T0, reason=reason, message=message)


def test_only_what_exceeds_its_bound_is_cut():
    long = condition("x" * 10_000, ConditionType.FAILED)
    failure = FailureStatus(reason="r" * 500, message="short", log_tail=[f"line {number}" for number in range(50)])
    cut = within_bounds(Status(conditions=[condition("short"), long], failure=failure))
    assert [len(each.message) for each in cut.conditions] == [5, MESSAGE]
    assert (len(cut.failure.reason), cut.failure.message, len(cut.failure.log_tail)) == (WORD, "short", 20)


# No bound of its own: a pattern that hypothesis may repeat and that JSON writes with several bytes
TEXTS = st.builds(lambda piece, count: piece * count, st.text(min_size=1, max_size=3), st.sampled_from([0, 1, 10, 3000, 100_000]))
FINDINGS = st.builds(
    Finding,
    code=TEXTS,
    severity=st.sampled_from(Severity),
    message=TEXTS,
    hint=TEXTS,
    where=st.builds(Where, file=st.none() | TEXTS, field=st.none() | TEXTS),
)
STATUSES = st.builds(
    Status,
    reason=st.none() | TEXTS,
    retry=st.none() | TEXTS,
    spec_hash=TEXTS,
    stops=st.integers(0, 300).map(lambda count: [Stop(run=f"train-{each}", reason="r" * 300, time=T0) for each in range(count)]),
    conditions=TEXTS.map(lambda text: [condition(text, kind, text) for kind in ConditionType]),
    validation=st.builds(
        ValidationStatus,
        verdict=st.sampled_from(Verdict),
        inputs_fingerprint=TEXTS,
        report_path=TEXTS,
        findings=st.builds(lambda finding, count: [finding] * count, FINDINGS, st.integers(0, 300)),
    ),
    training=st.builds(TrainingStatus, progress=TEXTS, blocked_by=TEXTS),
    failure=st.builds(
        FailureStatus,
        reason=TEXTS,
        message=TEXTS,
        hint=TEXTS,
        pod=TEXTS,
        node=TEXTS,
        log_tail=TEXTS.map(lambda text: [text] * 300),
    ),
)
SCHEMA = crd.schema()["properties"]["status"]


def exceeding(value, schema, path="status"):
    """Where a value exceeds the bounds of its schema."""
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield path
    if isinstance(value, list):
        if len(value) > schema["maxItems"]:
            yield path
        for each in value:
            yield from exceeding(each, schema["items"], f"{path}[]")
    if isinstance(value, dict):
        for name, each in value.items():
            yield from exceeding(each, schema["properties"][name], f"{path}.{name}")


@settings(max_examples=max(20, settings().max_examples // 5))
@given(status=STATUSES)
def test_no_status_exceeds_the_bounds_of_the_schema_or_becomes_too_large(status):
    bounded = within_bounds(status)
    written = training(status=bounded).to_dict()["status"]
    assert list(exceeding(written, SCHEMA)) == []
    assert len(json.dumps(written, ensure_ascii=False).encode()) <= LARGEST_STATUS
    assert within_bounds(bounded) is bounded
    assert Status.model_validate(json.loads(json.dumps(written))) == bounded

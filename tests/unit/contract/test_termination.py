"""A termination message always fits the kubelet's 4096 bytes, and gives up what is least needed first."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector_trainer.contract import Finding, Report, Severity, TerminationMessage, ValidationSummary, Verdict, Where


def finding(number: int = 0, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        code=f"records/mistake-{number}",
        severity=severity,
        message=f"Box {number} is wrong. " * 5,
        hint="Fix the record. " * 3,
        where=Where(file=f"/data/shard-{number:05d}.record", record=number, field="image/object/bbox/xmin"),
    )


def report(*findings: Finding) -> Report:
    return Report(verdict=Verdict.REJECT, findings=list(findings), stats={"records": 10, "boxes": 25}, duration_seconds=0.5)


def test_a_short_message_is_written_whole(tmp_path):
    message = TerminationMessage(
        reason="NonFiniteLoss",
        message="Loss is NaN at step 17.",
        hint="Lower the learning rate.",
        step=17,
        last_checkpoint="/models/pets/ckpt-1",
        traceback="ValueError: x",
    )
    message.write(tmp_path / "termination")
    assert json.loads((tmp_path / "termination").read_bytes()) == {
        "reason": "NonFiniteLoss",
        "message": "Loss is NaN at step 17.",
        "hint": "Lower the learning rate.",
        "step": 17,
        "lastCheckpoint": "/models/pets/ckpt-1",
        "traceback": "ValueError: x",
    }


def test_a_long_traceback_keeps_its_end():
    message = TerminationMessage(reason="Unclassified", message="It broke.", traceback="noise\n" * 2000 + "ValueError: the cause")
    written = TerminationMessage.model_validate_json(message.to_bytes())
    assert written.message == "It broke."
    assert written.traceback.endswith("ValueError: the cause")
    assert written.traceback.startswith("…")


def test_findings_are_dropped_from_the_end_and_the_counts_stay():
    summary = ValidationSummary.of(report(*[finding(number) for number in range(20)]))
    message = TerminationMessage(reason="ValidationRejected", message="20 errors.", validation=summary)
    written = TerminationMessage.model_validate_json(message.to_bytes())
    assert written.validation is not None
    assert written.validation.errors == 20
    assert 0 < len(written.validation.findings) < 20
    assert written.validation.findings[0].code == "records/mistake-0"


def test_a_summary_puts_errors_before_warnings():
    summary = ValidationSummary.of(report(finding(1, Severity.INFO), finding(2, Severity.WARNING), finding(3)))
    assert [found.severity for found in summary.findings] == [Severity.ERROR, Severity.WARNING, Severity.INFO]
    assert (summary.errors, summary.warnings, summary.records, summary.boxes) == (1, 1, 10, 25)


@pytest.mark.parametrize("character", ["a", "ä", "字", "😀", "\x00", '"', "\\", "\n"], ids=repr)
def test_texts_of_any_length_and_script_fit(character):
    text = character * 10_000
    message = TerminationMessage(
        reason=text,
        message=text,
        hint=text,
        step=2**53 - 1,
        last_checkpoint=text,
        traceback=text,
        validation=ValidationSummary.of(report(finding().model_copy(update={"message": text}))),
    )
    data = message.to_bytes()
    assert len(data) <= 4096
    assert TerminationMessage.model_validate_json(data).step == 2**53 - 1


@given(st.text(max_size=6000), st.text(max_size=6000), st.text(max_size=6000))
def test_what_is_written_can_be_read_again(message, hint, traceback):
    data = TerminationMessage(reason="R", message=message, hint=hint, traceback=traceback).to_bytes()
    assert len(data) <= 4096
    assert TerminationMessage.model_validate_json(data).reason == "R"

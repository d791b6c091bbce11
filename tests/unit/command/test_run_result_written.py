"""The result of a run as it is written: the fields of its termination message, and what stderr shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector_trainer.command.run_result import RunResult, RunTerminated, TrainingState, of_exception
from detector_trainer.contract import ExitCode

STATE = TrainingState(step=7, total_steps=9, checkpoint="m/ckpt-2", checkpoint_step=5, steps_this_run=3)
RESULT = RunResult(ExitCode.CRASH, "SomeReason", "It failed.", "Look there.", "Traceback\n", STATE)


def test_the_termination_message_has_all_of_it(tmp_path: Path):
    RESULT.report(str(tmp_path / "message"))
    assert json.loads((tmp_path / "message").read_text()) == {
        "reason": "SomeReason",
        "message": "It failed.",
        "hint": "Look there.",
        "step": 7,
        "lastCheckpoint": "m/ckpt-2",
        "lastCheckpointStep": 5,
        "traceback": "Traceback\n",
    }


@pytest.mark.parametrize("path", [None, ""])
def test_without_a_path_nothing_is_written_and_nothing_said_of_it(path: str | None, capsys: pytest.CaptureFixture[str]):
    RESULT.report(path)
    assert capsys.readouterr().err == "Traceback\ndetector-training: SomeReason: It failed.\ndetector-training: Look there.\n"


def test_a_path_that_cannot_be_written_is_named_and_the_rest_is_still_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "missing" / "message"
    RESULT.report(str(path))
    first, *_, last = capsys.readouterr().err.splitlines()
    assert str(path) in first
    assert first.endswith(": No such file or directory")
    assert last == "detector-training: Look there."


def test_a_run_that_is_ended_on_purpose_keeps_code_reason_message_and_hint():
    ended = RunTerminated(ExitCode.DATA, "SomeReason", "On purpose.", "A hint.")
    assert str(ended) == "On purpose."
    assert ended.result(STATE) == RunResult(ExitCode.DATA, "SomeReason", "On purpose.", "A hint.", "", STATE)


def test_without_a_hint_there_is_none():
    assert RunTerminated(ExitCode.DATA, "SomeReason", "On purpose.").result(STATE).hint == ""


@pytest.mark.parametrize(
    ("steps", "known", "unknown"),
    [(3, " (step 7)", "The trainer failed at step 7: "), (0, "", "The trainer failed before its first step: ")],
    ids=["after steps of this run", "resumed, and no step since"],
)
def test_the_step_is_named_only_after_a_step_of_this_run(steps: int, known: str, unknown: str):
    state = TrainingState(step=7, steps_this_run=steps)
    message = of_exception(OSError(28, "No space left on device"), state).message
    assert message.endswith(known)
    assert ("step" in message) == bool(known)
    assert of_exception(RuntimeError("x"), state).message.startswith(unknown)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("x")], ids=["known", "unknown"])
def test_a_failure_has_its_traceback_a_hint_and_where_the_run_was(error: Exception):
    result = of_exception(error, STATE)
    assert str(error) in result.traceback
    assert result.hint
    assert result.state is STATE


def test_a_run_begins_without_any_step():
    assert TrainingState() == TrainingState(step=None, total_steps=None, checkpoint=None, checkpoint_step=None, steps_this_run=0)

"""How an end is reported: the exit code and reason of an exception, and what is written to stderr."""

from __future__ import annotations

import pytest

from detector_trainer.command.run_result import RunResult, TrainingState, of_exception
from detector_trainer.contract import ExitCode


def test_an_exception_whose_cause_is_known_has_its_code_and_hint():
    result = of_exception(OSError(28, "No space left on device"), TrainingState(step=3, steps_this_run=3))
    assert (result.code, result.reason) == (ExitCode.STORAGE, "DiskFull")
    assert result.message.endswith(" (step 3)")
    assert result.hint
    assert "No space left on device" in result.traceback


def test_an_exception_that_nobody_knows_is_a_crash_with_its_text():
    result = of_exception(RuntimeError("nobody\n  knows"), TrainingState(step=3, steps_this_run=3))
    assert (result.code, result.reason) == (ExitCode.CRASH, "Unclassified")
    assert result.message == "The trainer failed at step 3: RuntimeError: nobody knows"


def test_before_the_first_step_no_step_is_named():
    assert (
        of_exception(RuntimeError("x"), TrainingState(step=3)).message
        == "The trainer failed before its first step: RuntimeError: x"
    )


@pytest.mark.parametrize(("length", "told"), [(400, "x" * 400), (401, "x" * 399 + "…")])
def test_the_text_of_an_exception_is_cut_at_400_characters(length: int, told: str):
    assert of_exception(RuntimeError("x" * length), TrainingState()).message.endswith(f": {told}")


def test_reason_message_hint_and_traceback_are_told_on_stderr(capsys: pytest.CaptureFixture[str]):
    RunResult(ExitCode.CRASH, "Unclassified", "It failed.", "Look there.", "Traceback\n").report(None)
    assert capsys.readouterr().err == ("Traceback\ndetector-training: Unclassified: It failed.\ndetector-training: Look there.\n")


def test_without_a_hint_there_is_no_line_for_it(capsys: pytest.CaptureFixture[str]):
    RunResult(ExitCode.DONE, "Completed", "Done.").report(None)
    assert capsys.readouterr().err == "detector-training: Completed: Done.\n"

"""A process that cannot wait for its main thread ends by itself: after the grace period, or when no step comes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from detector_trainer.command.run_result import TrainingState
from detector_trainer.contract import ExitCode
from detector_trainer.training.watchdog import Watchdog, stalled

PROGRAM = """
import sys, threading, time
from detector_trainer.command.run_result import TrainingState
from detector_trainer.training.watchdog import Watchdog
state = TrainingState()
watchdog = Watchdog(state, lambda result: print(result.code.value, result.message, flush=True), grace_period={grace}, stall_timeout={stall})
watchdog.start()
watchdog.training_started()
{more}
print("ready", flush=True)
threading.Event().wait(60)  # the main thread hangs, as in a graph call that waits for data
"""
SAFE = "watchdog.can_stop_safely()"


def start(*, grace: float = 0.1, stall: float = 0.0, more: str = "") -> subprocess.Popen[str]:
    code = PROGRAM.format(grace=grace, stall=stall, more=more)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    assert process.stdout is not None
    output = process.stdout.read()  # not communicate(): it would lose what readline() has already buffered
    return process.wait(30), output


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_before_the_first_step_ends_at_once(name: str):
    process = start(grace=3600)
    process.send_signal(signal.Signals[name])
    code, output = ended(process)
    assert code == ExitCode.STOPPED
    assert f"Stopped by {name} before the first step: nothing had to be saved." in output


def test_a_step_that_does_not_end_is_given_up_after_the_grace_period():
    process = start(grace=0.1, more=SAFE)
    process.send_signal(signal.SIGTERM)
    code, output = ended(process)
    assert code == ExitCode.STOPPED
    assert "did not end within the grace period of 0.1 s; nothing was saved" in output


def test_a_second_signal_does_not_wait_for_the_grace_period():
    process = start(
        grace=3600,
        more=SAFE + "\nthreading.Thread(target=lambda: (watchdog._stop_requested.wait(), print('asked', flush=True))).start()",
    )
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    code, output = ended(process)
    assert code == ExitCode.STOPPED
    assert "received a second signal before a checkpoint was saved" in output


def test_no_first_step_is_the_fault_of_the_inputs():
    code, output = ended(start(stall=0.1))
    assert code == ExitCode.DATA
    assert "The first step did not complete" in output


def test_no_further_step_may_be_the_storages_fault_and_pass():
    code, output = ended(start(stall=0.1, more="state.step = state.steps_this_run = 1"))
    assert code == ExitCode.STORAGE
    assert "after step 1" in output


def test_no_step_after_a_resume_may_be_the_storages_fault_and_pass():
    code, output = ended(start(stall=0.1, more="state.step = state.checkpoint_step = 500"))
    assert code == ExitCode.STORAGE
    assert "after resuming at step 500" in output


def test_a_checkpoint_before_the_first_step_proves_nothing_of_the_inputs():
    code, output = ended(start(stall=0.1, more="state.step = state.checkpoint_step = 0"))
    assert code == ExitCode.DATA
    assert "The first step did not complete" in output


class Time(threading.Event):
    """Waits without waiting: time passes immediately, and a step completes at each of the given times."""

    def __init__(self, step_times: list[int]) -> None:
        super().__init__()
        self.now, self._step_times = 0.0, step_times

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert timeout > 0
        until = self.now + timeout
        while self._step_times and self._step_times[0] <= until:
            self.now = self._step_times.pop(0)
            self.watchdog.stepped()
        self.now = until
        return self.is_set()

    watchdog: Watchdog


def stall(step_times: list[int], timeout: float) -> tuple[float, list[str]]:
    """When a run of these steps counts as stalled, and what is reported."""
    passing, told = Time(step_times), list[str]()
    watchdog = Watchdog(
        TrainingState(step=3, steps_this_run=3),
        lambda result: told.append(result.message),
        grace_period=1,
        stall_timeout=timeout,
        exit_process=lambda _: None,
        clock=lambda: passing.now,
    )
    passing.watchdog, watchdog._over = watchdog, passing
    watchdog._watch_for_stall()
    return passing.now, told


@pytest.mark.parametrize(
    ("step_times", "at"),
    [
        ([], 10),
        ([9], 19),
        ([9, 18, 27], 37),
        ([1, 2, 3, 12], 22),
        ([10], 20),
        ([11], 10),
    ],
    ids=["no step", "one in time", "each in time", "many, then a slow one", "one at the last moment", "one too late"],
)
def test_a_stall_is_counted_from_the_last_step(step_times: list[int], at: int):
    assert stall(step_times, timeout=10) == (at, ["No step completed for 10 s after step 3."])


def test_a_stall_timeout_of_0_is_none():
    watchdog = Watchdog(TrainingState(), lambda _: None, grace_period=1, stall_timeout=0)
    before = threading.active_count()
    watchdog.training_started()
    assert threading.active_count() == before
    assert [thread.name for thread in threading.enumerate()].count("stall") == 0


def test_a_run_that_ends_is_not_watched_any_more():
    told = list[str]()
    watchdog = Watchdog(TrainingState(), lambda result: told.append(result.message), grace_period=1, stall_timeout=3600)
    assert watchdog.over()
    watchdog._watch_for_stall()
    assert told == []


def test_of_two_ends_at_the_same_time_one_is_told():
    told = list[str]()
    watchdog = Watchdog(
        TrainingState(), lambda result: told.append(result.message), grace_period=1, stall_timeout=0, exit_process=lambda _: None
    )
    watchdog.end(stalled(TrainingState(), 1))
    watchdog.end(stalled(TrainingState(), 2))
    assert told == ["The first step did not complete within 1 s."]
    assert not watchdog.over()

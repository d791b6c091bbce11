"""A process that cannot wait for its main thread ends by itself: after the grace period, or when no step comes."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from detector_trainer.contract import ExitCode

PROGRAM = """
import sys, threading, time
from detector_trainer.training.ending import Standing
from detector_trainer.training.watch import Watch
standing = Standing()
watch = Watch(standing, lambda ending: print(ending.code.value, ending.message, flush=True), grace_period={grace}, stall_timeout={stall})
watch.start()
watch.training_begins()
{more}
print("ready", flush=True)
threading.Event().wait(60)  # the main thread hangs, as in a graph call that waits for data
"""
SAFE = "watch.can_stop_safely()"


def start(*, grace: float = 0.1, stall: float = 0.0, more: str = "") -> subprocess.Popen[str]:
    code = PROGRAM.format(grace=grace, stall=stall, more=more)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=30)
    return process.returncode, output


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
        more=SAFE + "\nthreading.Thread(target=lambda: (watch._stop_asked.wait(), print('asked', flush=True))).start()",
    )
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    code, output = ended(process)
    assert code == ExitCode.STOPPED
    assert "a second signal came before a checkpoint was saved" in output


def test_no_first_step_is_the_fault_of_the_inputs():
    code, output = ended(start(stall=0.1))
    assert code == ExitCode.DATA
    assert "The first step did not complete" in output


def test_no_further_step_may_be_the_storages_fault_and_pass():
    code, output = ended(start(stall=0.1, more="standing.step = standing.steps_this_run = 1"))
    assert code == ExitCode.STORAGE
    assert "after step 1" in output

"""What is reported of a training that was stopped, or that makes no steps."""

from __future__ import annotations

import signal

import pytest

from detector_trainer.command.run_result import RunResult, TrainingState
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.training import watchdog
from detector_trainer.training.watchdog import STOP_SIGNALS, Watchdog, stalled, stopped


@pytest.mark.parametrize(
    ("state", "at", "resumes"),
    [
        (TrainingState(), "before the first step", "starts from the beginning"),
        (TrainingState(step=0, total_steps=9), "at step 0 of 9", "starts from the beginning"),
        (TrainingState(step=7, total_steps=9, checkpoint_step=5), "at step 7 of 9", "resumes at step 5"),
        (TrainingState(step=7, total_steps=9, checkpoint_step=0), "at step 7 of 9", "starts from the beginning"),
    ],
    ids=["nothing done", "restored", "with a checkpoint", "with that of step 0"],
)
def test_a_stopped_training_says_where_it_is_and_from_where_it_resumes(state: TrainingState, at: str, resumes: str):
    result = stopped(state, "SIGINT", "for the test")
    assert (result.code, result.reason, result.state) == (ExitCode.STOPPED, reasons.STOPPED, state)
    assert result.message == f"Stopped by SIGINT {at}: for the test."
    assert result.hint == f"The same command {resumes}."


@pytest.mark.parametrize(
    ("state", "code", "message"),
    [
        (TrainingState(), ExitCode.DATA, "The first step did not complete within 60 s."),
        (TrainingState(step=0, checkpoint_step=0), ExitCode.DATA, "The first step did not complete within 60 s."),
        (TrainingState(step=3, steps_this_run=3), ExitCode.STORAGE, "No step completed for 60 s after step 3."),
        (TrainingState(step=5, checkpoint_step=5), ExitCode.STORAGE, "No step completed for 60 s after resuming at step 5."),
        (
            TrainingState(step=8, checkpoint_step=5, steps_this_run=3),
            ExitCode.STORAGE,
            "No step completed for 60 s after step 8.",
        ),
    ],
    ids=["no step", "the checkpoint of step 0", "after steps", "after a resume", "after a resume and steps"],
)
def test_a_stall_is_the_inputs_fault_only_where_no_step_was_ever_made(state: TrainingState, code: ExitCode, message: str):
    result = stalled(state, 59.6)
    assert (result.code, result.reason, result.state) == (code, reasons.TRAINING_STALLED, state)
    assert result.message == message
    assert result.hint


def test_it_listens_to_the_signals_of_kubernetes_and_of_a_terminal():
    assert set(STOP_SIGNALS) == {signal.SIGTERM, signal.SIGINT}


class Waiting:
    """An event that is set, or not, within the time that is waited for it."""

    def __init__(self, is_set: bool) -> None:
        self.is_set_, self.waited = is_set, list[float]()

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return self.is_set_


@pytest.mark.parametrize(("over", "ended"), [(True, []), (False, [75])], ids=["saved in time", "not saved in time"])
def test_after_the_grace_period_it_ends_unless_the_main_thread_does(over: bool, ended: list[int]):
    told, codes = list[RunResult](), list[int]()
    watch = Watchdog(
        TrainingState(step=3, total_steps=9), told.append, grace_period=7.5, stall_timeout=0, exit_process=codes.append
    )
    watch._over = waiting = Waiting(over)  # type: ignore[assignment]
    watch._give_up_after_grace()
    assert (codes, waiting.waited) == (ended, [7.5])
    assert [("grace period of 7.5 s" in result.message) for result in told] == [True] * len(ended)


def test_each_step_and_the_beginning_of_the_training_set_the_clock_of_the_stall():
    now = [0.0]
    watch = Watchdog(TrainingState(), lambda _: None, grace_period=1, stall_timeout=0, clock=lambda: now[0])
    seen = [watch._last_step_at]
    for now[0], happens in ((5.0, watch.training_started), (9.0, watch.stepped)):
        happens()
        seen.append(watch._last_step_at)
    assert seen == [0.0, 5.0, 9.0]


@pytest.mark.parametrize(
    ("stepping", "names", "ended"),
    [
        (False, ["SIGINT"], ["nothing had to be saved"]),
        (True, ["SIGTERM", "SIGINT"], ["received a second signal before a checkpoint was saved"]),
    ],
    ids=["before the first step", "twice while it trains"],
)
def test_what_signals_end(monkeypatch: pytest.MonkeyPatch, stepping: bool, names: list[str], ended: list[str]):
    received = iter([signal.Signals[name] for name in names])
    monkeypatch.setattr(watchdog.signal, "sigwait", lambda signals: next(received) if signals == STOP_SIGNALS else None)
    told, codes = list[str](), list[int]()
    watch = Watchdog(
        TrainingState(), lambda result: told.append(result.message), grace_period=1e6, stall_timeout=0, exit_process=codes.append
    )
    assert not watch.stop_requested
    if stepping:
        watch.can_stop_safely()
    watch._take_signals()
    watch._over.set()
    assert watch.stop_requested
    assert watch.signal_name == names[0]
    assert codes == [ExitCode.STOPPED]
    assert told == [f"Stopped by {names[0]} before the first step: {detail}." for detail in ended]


class Threads:
    """Replace threading.Thread: record what is started, and start nothing."""

    def __init__(self) -> None:
        self.started: list[tuple[object, str, bool]] = []

    def __call__(self, *, target: object, name: str, daemon: bool) -> Threads:
        self._last = (target, name, daemon)
        return self

    def start(self) -> None:
        self.started.append(self._last)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Threads:
    threads = Threads()
    monkeypatch.setattr(watchdog.threading, "Thread", threads)
    return threads


def test_the_signals_are_blocked_and_taken_by_a_thread_that_does_not_keep_the_process(
    monkeypatch: pytest.MonkeyPatch, threads: Threads
):
    done = list[object]()
    monkeypatch.setattr(
        watchdog.signal, "pthread_sigmask", lambda how, signals: done.append((how, signals, list(threads.started)))
    )
    watch = Watchdog(TrainingState(), lambda _: None, grace_period=1, stall_timeout=0)
    watch.start()
    assert done == [(signal.SIG_BLOCK, STOP_SIGNALS, [])]
    assert threads.started == [(watch._take_signals, "signals", True)]


@pytest.mark.parametrize("timeout", [0, 0.1])
def test_a_stall_is_watched_for_by_a_thread_unless_the_timeout_is_0(threads: Threads, timeout: float):
    watch = Watchdog(TrainingState(), lambda _: None, grace_period=1, stall_timeout=timeout)
    watch.training_started()
    assert threads.started == ([(watch._watch_for_stall, "stall", True)] if timeout else [])


def test_the_grace_period_is_waited_for_by_a_thread(monkeypatch: pytest.MonkeyPatch, threads: Threads):
    monkeypatch.setattr(watchdog.signal, "sigwait", lambda _: signal.SIGTERM)
    watch = Watchdog(TrainingState(), lambda _: None, grace_period=1, stall_timeout=0, exit_process=lambda _: None)
    watch.can_stop_safely()
    watch._take_signals()
    assert threads.started == [(watch._give_up_after_grace, "grace", True)]

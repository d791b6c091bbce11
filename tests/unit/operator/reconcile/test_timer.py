"""Every comparison with the time goes through the timer, so that nobody forgets to wake up for it."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import detector_operator.policies as policies_package
import detector_operator.reconcile as reconcile_package
from detector_operator.policies.fresh_read import REPORT_UNAVAILABLE_AFTER
from detector_operator.reconcile.actions import StartTraining
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.runs import ConditionReason, LogView, RunState
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.trainings import T0, after, at, decided, passed, termination_message, train_run, training, validate_run

SECOND = timedelta(seconds=1)


# The timer


def test_a_time_that_has_come_is_reached_and_wakes_nobody():
    timer = Timer(T0)
    assert timer.reached(T0)
    assert timer.reached(after(-1))
    assert timer.requeue_at is None


def test_it_wakes_at_the_earliest_of_the_times_that_have_not_come():
    timer = Timer(T0)
    assert [timer.reached(after(seconds)) for seconds in (30, 10, 20, -5)] == [False, False, False, True]
    assert timer.requeue_at == after(10)


# Nothing else compares times with now

# These write times into the status, and compare none.
WRITERS = {"timer.py", "status_from_runs.py", "decide.py", "conditions.py"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter"}
MODULES = sorted(
    path for package in (policies_package, reconcile_package) for path in Path(next(iter(package.__path__))).glob("*.py")
)


def attribute_now(tree):
    return any(isinstance(node, ast.Attribute) and node.attr == "now" for node in ast.walk(tree))


def names_of_now(tree):
    """Return the variables that hold the time: parameters called `now`, and what `.now` is assigned to."""
    found = {"now"} & {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr == "now":
            found |= {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return found


def mistakes(source, *, writes=False):
    """Return the lines that look at a clock in a way that nobody is woken up for."""
    tree = ast.parse(source)
    names = names_of_now(tree)
    found = set()
    for node in ast.walk(tree):
        compares = isinstance(node, ast.Compare | ast.BinOp | ast.UnaryOp)
        orders = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max", "sorted")
        of_now = attribute_now(node) or any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))
        clock = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        imports = isinstance(node, ast.Import) and any(alias.name == "time" for alias in node.names)
        imports_from = isinstance(node, ast.ImportFrom) and node.module == "time"
        reads = isinstance(node, ast.Attribute) and node.attr == "now" and not writes
        if ((compares or orders) and of_now) or clock or imports or imports_from or reads:
            found.add(node.lineno)
    return sorted(found)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_module_compares_a_time_with_now_but_through_the_timer(path):
    if path.name != "timer.py":
        assert mistakes(path.read_text(encoding="utf-8"), writes=path.name in WRITERS) == []


def test_all_modules_are_looked_at():
    names = {path.name for path in MODULES}
    assert {"decide.py", "status_from_runs.py", "stall.py", "deadline.py", "job_history.py", "context.py", "timer.py"} <= names


FORGOTTEN = {
    "a comparison": "late = context.timer.now >= end",
    "a parameter": "def late(now, end):\n    return now > end",
    "a variable": "moment = context.timer.now\nlate = moment > end",
    "a difference": "age = context.timer.now - start",
    "the later of two": "max(start, timer.now)",
    "the clock of the machine": "datetime.now(UTC) > end",
    "another clock": "from time import monotonic",
    "the module time": "import time",
    "handed on": "late(context.timer.now)",
}


@pytest.mark.parametrize("source", FORGOTTEN.values(), ids=FORGOTTEN)
def test_a_limit_that_nobody_wakes_up_for_is_noticed(source):
    assert mistakes(source) != []


@pytest.mark.parametrize(
    "name", ["a comparison", "a parameter", "a variable", "a difference", "the later of two", "the clock of the machine"]
)
def test_those_who_write_times_may_not_compare_them_either(name):
    assert mistakes(FORGOTTEN[name], writes=True) != []


@pytest.mark.parametrize("source", ["timer.reached(end)", "end = start + timedelta(seconds=5)", "log.attempted_at < limit"])
def test_what_goes_through_the_timer_or_compares_other_times_is_fine(source):
    assert mistakes(source) == []


# Each limit wakes for itself

QUOTA = CreateRejection(StartTraining(1), 1, ConditionReason(reasons.QUOTA_EXCEEDED, "exceeded quota few."), 4, T0)
NO_NODE = ConditionReason(reasons.UNSCHEDULABLE, "No node takes it.")
IN_60_S = {"startTimeoutSeconds": 60}


def runs(*more):
    return [passed(), *more]


def unreadable(since, attempted):
    return LogView(attempted_at=attempted, unavailable_since=since, error="connection refused")


PENDING = train_run(state=RunState.PENDING, node=None)
STARTING = train_run(state=RunState.STARTING)
STEPPED = train_run(progress=at(40))
CRASHED = train_run(exit_code=70)
BLOCKED = train_run(exit_code=74, message=termination_message(reasons.MODEL_DIR_IN_USE))
LOST = train_run(state=RunState.ENDED)
DONE = train_run(exit_code=0, stored=True)

# What was observed last, and the limit: (spec, observations, options, seconds)
LIMITS = {
    "validation.timeoutSeconds": ({"validation": {"timeoutSeconds": 60}}, [([validate_run()], T0)], {}, 60),
    "the backoff after a validation that crashed": ({}, [([validate_run(signal=9)], T0)], {}, 10),
    "the backoff after a validation that was interrupted": ({}, [([validate_run(state=RunState.ENDED)], T0)], {}, 10),
    "what a new validation waits for": ({}, [([validate_run(state=RunState.PENDING, waiting=NO_NODE)], T0)], {}, 10),
    "what a new training waits for": (
        {},
        [(runs(train_run(state=RunState.PENDING, node=None, waiting=NO_NODE)), T0)],
        {},
        10,
    ),
    "trainer.startTimeoutSeconds of the pod": ({"trainer": IN_60_S}, [(runs(STARTING), T0)], {}, 60),
    "trainer.startTimeoutSeconds of the first step": ({"trainer": IN_60_S}, [(runs(train_run()), T0)], {}, 60),
    "stallTimeoutSeconds": ({"stallTimeoutSeconds": 60}, [(runs(STEPPED), T0)], {}, 360),
    "stallTimeoutSeconds after a log was rotated": (
        {"stallTimeoutSeconds": 60},
        [(runs(STEPPED), T0), (runs(train_run(log=LogView(read_at=after(5), without_progress_since=after(5)))), after(5))],
        {},
        365,
    ),
    "activeDeadlineSeconds": ({"activeDeadlineSeconds": 60}, [(runs(STEPPED), T0)], {}, 60),
    "activeDeadlineSeconds while the next run waits for a node": (
        {"activeDeadlineSeconds": 60},
        [(runs(CRASHED), T0), (runs(CRASHED, train_run(2, state=RunState.PENDING, node=None)), after(10))],
        {},
        60,
    ),
    "the backoff after a crash": ({}, [(runs(CRASHED), T0)], {}, 10),
    "the backoff after an interruption": ({}, [(runs(LOST), T0)], {}, 10),
    "the backoff while the model directory is in use": ({}, [(runs(BLOCKED), T0)], {}, 10),
    "the backoff after a run was deleted": ({}, [(runs(STEPPED), T0), (runs(), after(5))], {}, 15),
    "the backoff after a refusal": ({}, [(runs(), T0)], {"rejection": QUOTA}, 8),
    "a log that cannot be read": (
        {},
        [(runs(STEPPED), T0), (runs(train_run(progress=at(40), log=unreadable(after(5), after(5)))), after(5))],
        {},
        5 + REPORT_UNAVAILABLE_AFTER.total_seconds(),
    ),
    "the next attempt to read a log before a stop": (
        {"stallTimeoutSeconds": 60},
        [(runs(STEPPED), T0), (runs(train_run(progress=at(40), log=unreadable(after(5), after(361)))), after(362))],
        {},
        421,
    ),
    "ttlSecondsAfterFinished of a training that has ended": (
        {"ttlSecondsAfterFinished": 60},
        [(runs(DONE), T0), (runs(DONE), after(1))],
        {},
        60,
    ),
    "ttlSecondsAfterFinished of the validation of a training that runs": (
        {"ttlSecondsAfterFinished": 60},
        [([passed(stored=True), STEPPED], T0), ([passed(stored=True), STEPPED], after(1))],
        {},
        60,
    ),
    "a pod that another container keeps": (
        {},
        [(runs(train_run(exit_code=0, stored=True, lingering=True)), T0)] * 2,
        {},
        60,
    ),
    "progress that is held back": (
        {},
        [(runs(STEPPED), T0), (runs(train_run(progress=at(41))), after(3))],
        {"progress_interval": PROGRESS_INTERVAL},
        10,
    ),
}


def outcome(decision):
    """Return what may change at a limit."""
    status = decision.status
    return status.phase, status.reason, status.training and status.training.step, decision.actions


@pytest.mark.parametrize(("spec", "observations", "options", "limit"), LIMITS.values(), ids=LIMITS)
def test_each_limit_is_woken_for_and_nothing_happens_before_it(spec, observations, options, limit):
    resource = training(**spec)
    decision = decided(resource, *observations, **options)
    assert decision.requeue_at == after(limit)
    last, _ = observations[-1]

    def later(now):
        return outcome(decided(resource.model_copy(update={"status": decision.status}), (last, now), **options))

    assert later(decision.requeue_at - SECOND) == outcome(decision)
    assert later(decision.requeue_at) != outcome(decision)


# Each of these waits for an observation alone
SILENT = {
    "a queue": ({}, [(runs(PENDING), T0)]),
    "a suspended training": ({"suspend": True, "activeDeadlineSeconds": 60}, [([], T0)]),
    "a run that stops": ({}, [(runs(train_run(stop_reason=reasons.SUSPENDED, stopping=True)), T0)]),
    "a failed training of which nothing is left": ({}, [(runs(train_run(exit_code=65)), T0), ([], after(1))]),
}


@pytest.mark.parametrize(("spec", "observations"), SILENT.values(), ids=SILENT)
def test_what_waits_for_an_observation_wakes_for_no_time(spec, observations):
    assert decided(training(**spec), *observations).requeue_at is None


def test_a_log_that_cannot_be_read_for_two_minutes_is_reported():
    """A kubelet that restarts takes less."""
    assert REPORT_UNAVAILABLE_AFTER.total_seconds() == 120

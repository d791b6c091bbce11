"""What holds for `decide` in every state that can be reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from detector_operator.api import Phase, Status
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.actions import CheckRun, CreateConfigMap, DeleteRun, StartTraining, StartValidation, StopRun
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.runs import ConditionReason, LogView, Run, RunKind, RunState
from detector_operator.reconcile.spec_generation import spec_generation
from detector_trainer.contract import reasons
from support.trainings import T0, at, passed, rejected, termination_message, training, validate_run

TRAINING_ENDS = st.sampled_from(
    [
        {"exit_code": 0, "message": termination_message("Completed", step=100)},
        {"exit_code": 64},
        {"exit_code": 65, "message": termination_message("DataError")},
        {"exit_code": 70},
        {"exit_code": 74, "message": termination_message("StorageError")},
        {"exit_code": 75, "message": termination_message("Stopped")},
        {"exit_code": 78},
        {"signal": 9},
        {"signal": 15},
        {"signal": 9, "cause": ConditionReason(reasons.PREEMPTED, "It was preempted.")},
        {"signal": 9, "cause": ConditionReason(reasons.OOM_KILLED, "It needed too much.")},
        {},
    ]
)
VALIDATION_ENDS = st.sampled_from(
    [lambda: passed(), lambda: rejected(), lambda: validate_run(exit_code=2), lambda: validate_run(signal=9)]
)


def told(status):
    """A status, but for the generation that it is about: only suspend has changed since."""
    conditions = [condition.model_copy(update={"observed_generation": 0}) for condition in status.conditions]
    return status.model_copy(update={"observed_generation": 0, "spec_hash": "", "retry": None, "conditions": conditions})


def deletions(decision):
    return [action for action in decision.actions if isinstance(action, DeleteRun)]


class Cluster(RuleBasedStateMachine):
    """A world in which anything may happen, also a crash between what is done and what is written."""

    def __init__(self):
        super().__init__()
        self.now = T0
        self.generation = 1
        self.spec = {"retries": 2, "activeDeadlineSeconds": 5000, "stallTimeoutSeconds": 600}
        self.status: Status | None = None
        self.runs: dict[tuple[RunKind, int], Run] = {}
        self.started: list[tuple[RunKind, int, int]] = []
        self.seen: set[tuple[RunKind, int]] = set()
        self.rejection: CreateRejection | None = None
        self.retry = ""

    def decide(self):
        return self.decide_after(self.status)

    def decide_after(self, status):
        resource = training(self.generation, status, **self.spec)
        metadata = resource.metadata.model_copy(update={"annotations": {"detector-training.io/retry": self.retry}})
        resource = resource.model_copy(update={"metadata": metadata})
        return decide(resource, self.runs.values(), self.now, POLICIES, rejection=self.rejection)

    def act(self, actions):
        for action in actions:
            match action:
                case StartValidation(attempt):
                    self.start(RunKind.VALIDATION, attempt)
                case StartTraining(attempt):
                    assert not any(run.live for key, run in self.runs.items() if key[0] is RunKind.TRAINING)
                    self.start(RunKind.TRAINING, attempt)
                case StopRun(run, reason):
                    self.runs[run.kind, run.attempt] = replace(run, stop_reason=reason, stopping=True, stored=False)
                case DeleteRun(run):
                    self.delete(run)
                case CheckRun(run):
                    view = replace(run.log, read_at=self.now, attempted_at=self.now)
                    self.runs[run.kind, run.attempt] = replace(run, log=view)
                case CreateConfigMap():
                    pass
                case _:
                    assert_never(action)

    def delete(self, run):
        status = self.status
        assert not run.live
        latest = status.training if run.kind is RunKind.TRAINING else status.validation
        newest = latest is not None and latest.latest_run is not None and latest.latest_run.attempt == run.attempt
        if newest:
            assert self.now >= latest.latest_run.end_time + timedelta(seconds=600), "its log was still wanted"
        if run.generation == status.spec_generation and not status.phase.terminal:
            assert run.attempt <= latest.counted, "its end was not recorded yet"
        del self.runs[run.kind, run.attempt]

    def start(self, kind, attempt):
        assert (kind, attempt) not in self.runs.keys() | self.seen, "a name came twice"
        generation = spec_generation(training(self.generation, self.status, **self.spec))
        self.started.append((kind, attempt, generation))
        self.runs[kind, attempt] = Run(kind=kind, attempt=attempt, generation=generation, state=RunState.PENDING, stored=True)

    def live(self, kind):
        return [run for run in self.runs.values() if run.live and run.kind is kind]

    def put(self, run, **facts):
        self.runs[run.kind, run.attempt] = replace(run, **facts)

    @rule()
    def reconcile(self):
        before, decision = self.status, self.decide()
        self.seen |= self.runs.keys()
        self.act(decision.actions)
        self.status = decision.status
        ended = before is not None and before.phase.terminal and before.spec_generation == decision.status.spec_generation
        retried = ended and before.phase is not Phase.SUCCEEDED and self.retry and self.retry != before.retry
        assert not ended or retried or told(decision.status) == told(before), "a terminal state was lost"

    @rule()
    def reconcile_and_crash_before_the_status_is_written(self):
        self.act(self.decide().actions)

    @rule(final=st.booleans())
    def reconcile_and_be_refused(self, final):
        decision = self.decide()
        self.seen |= self.runs.keys()
        starts = [action for action in decision.actions if not isinstance(action, StopRun)]
        self.act([action for action in decision.actions if action not in starts])
        self.status = decision.status
        if starts:
            attempts = self.rejection.attempts + 1 if self.rejection is not None else 1
            why = ConditionReason(reasons.INVALID_SPEC if final else reasons.QUOTA_EXCEEDED, "It is not taken.")
            self.rejection = CreateRejection(
                starts[0], decision.status.spec_generation, why, attempts, self.now, self.retry or None
            )

    @rule()
    def the_operator_starts_anew(self):
        self.rejection = None

    @rule(seconds=st.sampled_from([1, 15, 300, 2000]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(data=st.data())
    @precondition(lambda self: any(run.live for run in self.runs.values()))
    def a_run_is_assigned_to_a_node(self, data):
        run = data.draw(st.sampled_from([run for run in self.runs.values() if run.live]))
        self.put(run, state=RunState.STARTING, node="gpu-1", pod="pets-train-1-x7k2p")

    @rule(readable=st.booleans())
    @precondition(lambda self: self.live(RunKind.TRAINING))
    def its_log_is_read(self, readable):
        (run,) = self.live(RunKind.TRAINING)
        view = (
            LogView(read_at=self.now, attempted_at=self.now)
            if readable
            else LogView(attempted_at=self.now, unavailable_since=run.log.unavailable_since or self.now, error="no route to host")
        )
        self.put(run, log=view)

    @rule()
    @precondition(lambda self: self.status is not None)
    def a_retry_is_requested(self):
        self.retry = f"{self.retry}x"

    @rule(data=st.data())
    @precondition(lambda self: any(run.live for run in self.runs.values()))
    def a_run_starts(self, data):
        run = data.draw(st.sampled_from([run for run in self.runs.values() if run.live]))
        self.put(run, state=RunState.RUNNING, node="gpu-1")

    @rule(step=st.integers(0, 100))
    @precondition(lambda self: self.live(RunKind.TRAINING))
    def a_step_is_done(self, step):
        (run,) = self.live(RunKind.TRAINING)
        progress = at(step, time=(self.now - T0).total_seconds(), checkpoint=step)
        self.put(run, state=RunState.RUNNING, progress=progress)

    @rule(facts=TRAINING_ENDS)
    @precondition(lambda self: self.live(RunKind.TRAINING))
    def the_training_ends(self, facts):
        (run,) = self.live(RunKind.TRAINING)
        self.put(run, state=RunState.ENDED, **facts)

    @rule(make=VALIDATION_ENDS, data=st.data())
    @precondition(lambda self: self.live(RunKind.VALIDATION))
    def a_validation_ends(self, make, data):
        run = data.draw(st.sampled_from(self.live(RunKind.VALIDATION)))
        end = make()
        facts = {"exit_code": end.exit_code, "signal": end.signal, "message": end.message}
        self.put(run, state=RunState.ENDED, **facts)

    @rule(data=st.data())
    @precondition(lambda self: self.runs)
    def all_of_a_run_is_deleted(self, data):
        del self.runs[data.draw(st.sampled_from(sorted(self.runs)))]

    @rule(data=st.data())
    @precondition(lambda self: any(run.live for run in self.runs.values()))
    def a_run_has_to_wait(self, data):
        run = data.draw(st.sampled_from([run for run in self.runs.values() if run.live]))
        why = ConditionReason(reasons.UNSCHEDULABLE, "No node takes it.")
        self.put(run, waiting=data.draw(st.sampled_from([why, None])))

    @rule(changed=st.booleans(), suspend=st.booleans(), policy=st.sampled_from(["Enforce", "Warn", "Skip"]))
    def the_spec_changes(self, changed, suspend, policy):
        self.spec = {
            **self.spec,
            "numSteps": 100 + self.generation if changed else self.spec.get("numSteps", 100),
            "suspend": suspend,
            "validation": {"policy": policy, "timeoutSeconds": 600},
        }
        self.generation += 1

    @invariant()
    def deciding_again_changes_nothing(self):
        first = self.decide()
        again = self.decide_after(first.status)
        assert again.status == first.status
        assert again.events == ()
        # What is counted only now is deleted once that is written.
        new = [action for action in again.actions if action not in first.actions]
        assert all(isinstance(action, DeleteRun) for action in new)
        assert [action for action in first.actions if action not in again.actions] == []
        assert again.requeue_at == first.requeue_at or (new and first.requeue_at == self.now)

    @invariant()
    def once_acted_there_is_nothing_more_to_do(self):
        before, actions = dict(self.runs), self.decide().actions
        started = list(self.started)
        self.act(actions)
        done = self.decide().actions
        self.runs, self.started = before, started
        assert done == ()

    @precondition(lambda self: sum(not run.live for run in self.runs.values()) > 1)
    @invariant()
    def few_of_the_runs_that_have_ended_are_left(self):
        before, status = dict(self.runs), self.status
        for _ in range(2):
            decision = self.decide()
            self.status = decision.status
            for action in deletions(decision):
                self.delete(action.run)
        ended = [run for run in self.runs.values() if run.kind is RunKind.TRAINING and not run.live]
        running = not self.status.phase.terminal
        self.runs, self.status = before, status
        assert len(ended) <= 1 or not running

    @invariant()
    def it_always_wakes_or_waits_for_something(self):
        decision = self.decide()
        waits = any(run.live for run in self.runs.values())
        still = decision.status.phase.terminal or decision.status.phase is Phase.SUSPENDED
        assert still or waits or decision.actions or decision.requeue_at is not None

    @invariant()
    def no_training_starts_before_the_verdict(self):
        decision = self.decide()
        if any(isinstance(action, StartTraining) for action in decision.actions) and self.spec.get("validation") is None:
            condition = next(condition for condition in decision.status.conditions if condition.type.value == "Validated")
            assert (condition.status, condition.reason) == ("True", reasons.VALIDATION_PASSED)

    @invariant()
    def each_run_is_counted_at_most_once(self):
        training_status = self.decide().status.training
        current = self.decide().status.spec_generation
        runs = sum(kind is RunKind.TRAINING and generation == current for kind, _, generation in self.started)
        assert training_status is None or training_status.restarts + training_status.preemptions <= runs

    @invariant()
    def a_failure_says_why(self):
        status = self.decide().status
        assert (status.failure is not None) or status.phase not in (Phase.FAILED, Phase.REJECTED)


Cluster.TestCase.settings = settings(stateful_step_count=30)
TestEveryReachableState = Cluster.TestCase

"""What holds for observe and decide together in every state that a cluster can come to: plain manifests, and what changes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from detector_operator.api import Phase, Status
from detector_operator.api.status import rfc3339
from detector_operator.observe import Log, observe
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.actions import CheckRun, CreateConfigMap, DeleteRun, StartTraining, StartValidation, StopRun
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.runs import LogView, RunKind, run_name
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL
from support.kubernetes_objects import OWNER, complete, disrupted, ended, failed, job, pod, running, waiting, with_container
from support.trainings import T0, at, passed, training

PASSED = passed().message.to_bytes().decode()
DISRUPTIONS = st.sampled_from(["PreemptionByScheduler", "EvictionByEvictionAPI", "DeletionByTaintManager", "DeletionByPodGC"])
SIDECAR = "istio-proxy"


class Cluster(RuleBasedStateMachine):
    """Jobs and pods, with as much of their controllers as matters: each step of them is a rule, in any order."""

    def __init__(self):
        super().__init__()
        self.now = T0
        self.spec: dict[str, object] = {"retries": 2}
        self.status: Status | None = None
        self.jobs: dict[str, dict] = {}
        self.pods: dict[str, dict] = {}
        self.logs: dict[str, Log] = {}
        self.pods_created = 0

    @initialize(policy=st.sampled_from(["Skip", "Skip", "Enforce"]))
    def it_is_created(self, policy):
        self.spec["validation"] = {"policy": policy}
        self.reconcile()

    # The operator

    def decide(self):
        stops = self.status.stops if self.status is not None else []
        runs = observe(self.jobs.values(), self.pods.values(), owner=OWNER, logs=self.logs, stops=stops)
        return decide(training(status=self.status, **self.spec), runs, self.now, POLICIES, progress_interval=PROGRESS_INTERVAL)

    def act(self, actions):
        for action in actions:
            match action:
                case StartValidation(attempt):
                    self.create("validate", attempt)
                case StartTraining(attempt):
                    assert not self.may_write(), "two trainings in one model directory"
                    self.create("train", attempt)
                case StopRun(run, reason):
                    assert self.status.phase.terminal or self.status.stop(run.key).reason == reason, "nobody would know why"
                    if given := self.jobs.get(run_name("pets", run.kind, run.attempt)):
                        self.delete(given)
                case DeleteRun(run):
                    self.delete_what_is_left(run)
                case CheckRun(run):
                    view = LogView(read_at=self.now, attempted_at=self.now)
                    self.logs[run.pod] = replace(self.logs.get(run.pod, Log()), view=view)
                case CreateConfigMap():
                    raise AssertionError("its config is not inline")
                case _:
                    assert_never(action)

    def delete_what_is_left(self, run):
        name = run_name("pets", run.kind, run.attempt)
        recorded = self.status.training if run.kind is RunKind.TRAINING else self.status.validation
        assert run.attempt <= (recorded.counted or 0) or self.status.phase.terminal, "its end is not recorded yet"
        del self.jobs[name]
        for left in self.pods_of(name):
            assert not self.writes(left), "its pod may still write"
            left["metadata"].setdefault("deletionTimestamp", rfc3339(self.now))

    def create(self, kind, attempt):
        name = f"pets-{kind}-{attempt}"
        # A Job that was deleted before anybody saw it, and without a pod, leaves no trace: its number is free.
        recorded = (self.status.training if kind == "train" else self.status.validation) if self.status is not None else None
        assert recorded is None or attempt > recorded.attempt, "a name came twice"
        assert name not in self.jobs
        assert not self.pods_of(name)
        self.jobs[name] = job(kind, attempt)

    def may_write(self):
        jobs = [given for name, given in self.jobs.items() if "-train-" in name and self.may_create_a_pod(given)]
        return jobs + [each for each in self.pods.values() if self.main(each) == "train" and self.writes(each)]

    def may_create_a_pod(self, given):
        """Unless it is over, or has had a pod that did not end because the Job was suspended: backoffLimit is 0."""
        ended_by_itself = [each for each in self.pods_of(given) if not self.writes(each) and not self.leaves_again(each)]
        return not self.is_over(given) and not ended_by_itself

    def alive(self):
        return [each for each in self.pods.values() if each["status"]["phase"] not in ("Succeeded", "Failed")]

    @staticmethod
    def main(each):
        return each["metadata"]["labels"]["detector-training.io/run"]

    @staticmethod
    def state(each, name):
        return next((status["state"] for status in each["status"]["containerStatuses"] if status["name"] == name), {})

    def writes(self, each):
        return each in self.alive() and "terminated" not in self.state(each, self.main(each))

    def leaves_again(self, each):
        """Whether the Job will not count it: it was deleted, and did not succeed."""
        succeeded = self.state(each, self.main(each)).get("terminated", {}).get("exitCode") == 0
        return "deletionTimestamp" in each["metadata"] and not succeeded

    @staticmethod
    def is_over(given):
        return bool("deletionTimestamp" in given["metadata"] or given["status"].get("conditions"))

    @rule()
    def reconcile(self):
        before, decision = self.status, self.decide()
        if validations := [action for action in decision.actions if isinstance(action, StartValidation)]:
            self.act(validations)
            decision = self.decide()
        self.status = decision.status
        self.act(decision.actions)
        assert before is None or not before.phase.terminal or decision.status == before, "a terminal state was lost"

    @rule()
    def reconcile_and_crash_after_the_status_is_written(self):
        self.status = self.decide().status

    @rule()
    def reconcile_and_crash_before_the_status_is_written(self):
        self.act(action for action in self.decide().actions if isinstance(action, StartValidation))

    @rule(seconds=st.sampled_from([1, 15, 300, 3600]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def somebody_suspends_or_resumes_it(self):
        if self.status is not None and not self.status.phase.terminal:
            self.spec["suspend"] = not self.spec.get("suspend", False)

    # The Job controller and the garbage collector

    def pods_of(self, given):
        name = given if isinstance(given, str) else given["metadata"]["name"]
        return [each for each in self.pods.values() if each["metadata"]["ownerReferences"][0]["name"] == name]

    def some_job(self, data, wanted):
        found = [name for name, given in sorted(self.jobs.items()) if wanted(given)]
        return self.jobs[data.draw(st.sampled_from(found))] if found else None

    def delete(self, given):
        given["metadata"].setdefault("deletionTimestamp", rfc3339(self.now))

    @rule(data=st.data())
    @precondition(lambda self: self.jobs)
    def a_job_creates_its_pod(self, data):
        lacks = lambda given: not self.is_over(given) and not given["spec"]["suspend"] and not self.pods_of(given)  # noqa: E731
        if given := self.some_job(data, lacks):
            self.pods_created += 1
            kind, attempt = (given["metadata"]["labels"][f"detector-training.io/{label}"] for label in ("run", "attempt"))
            new = waiting("PodInitializing")
            name = f"{given['metadata']['name']}-{self.pods_created}"
            self.pods[name] = pod(kind, attempt, name=name, phase="Pending", node=None, init=new, main=new)

    @rule(data=st.data())
    @precondition(lambda self: self.pods)
    def a_job_takes_note_of_its_pods_end(self, data):
        over = lambda given: self.pods_of(given) and not [each for each in self.pods_of(given) if each in self.alive()]  # noqa: E731
        counts = lambda given: not given["spec"]["suspend"] or not self.leaves_again(self.pods_of(given)[-1])  # noqa: E731
        if given := self.some_job(data, lambda given: not self.is_over(given) and over(given) and counts(given)):
            well = self.pods_of(given)[-1]["status"]["phase"] == "Succeeded"
            given["status"] = complete() if well else failed()

    @rule(data=st.data(), suspend=st.booleans())
    @precondition(lambda self: self.jobs)
    def a_queue_suspends_or_resumes_a_job(self, data, suspend):
        """It does so whatever the operator wants: it knows nothing of it."""
        if given := self.some_job(data, lambda given: not given["status"].get("conditions")):
            given["spec"]["suspend"] = suspend
            for each in self.pods_of(given):
                if each in self.alive() and suspend:
                    each["metadata"].setdefault("deletionTimestamp", rfc3339(self.now))
                elif each not in self.alive() and self.leaves_again(each):
                    del self.pods[each["metadata"]["name"]]  # else the Job would say it failed as soon as it is resumed

    @rule(data=st.data())
    @precondition(lambda self: self.jobs)
    def the_garbage_collector_deletes_the_pods_of_a_deleted_job(self, data):
        if given := self.some_job(data, lambda given: "deletionTimestamp" in given["metadata"]):
            for each in self.pods_of(given):
                each["metadata"].setdefault("deletionTimestamp", rfc3339(self.now))
            if not self.pods_of(given):
                del self.jobs[given["metadata"]["name"]]

    @rule(data=st.data())
    @precondition(lambda self: self.pods)
    def what_is_left_of_a_pod_is_collected(self, data):
        """Once its Job has counted it: until then a finalizer keeps it."""
        jobs = {name for name, given in self.jobs.items() if not self.is_over(given)}
        counted = lambda each: each["metadata"]["ownerReferences"][0]["name"] not in jobs  # noqa: E731
        over = [name for name, each in sorted(self.pods.items()) if each not in self.alive() and counted(each)]
        if over:
            del self.pods[data.draw(st.sampled_from(over))]

    # The scheduler and the kubelet

    def some_pod(self, data):
        return self.pods[data.draw(st.sampled_from(sorted(each["metadata"]["name"] for each in self.alive())))]

    @rule(data=st.data())
    @precondition(lambda self: self.alive())
    def a_pod_gets_a_node(self, data):
        self.some_pod(data)["spec"]["nodeName"] = "gpu-1"

    @rule(data=st.data(), mesh=st.booleans())
    @precondition(lambda self: self.alive())
    def a_pod_starts(self, data, mesh):
        given = self.some_pod(data)
        if "waiting" not in self.state(given, self.main(given)):
            return
        given["spec"]["nodeName"] = "gpu-1"
        state = {"running": {"startedAt": rfc3339(self.now)}}
        given["status"] |= {"phase": "Running", "initContainerStatuses": []}
        given["status"]["containerStatuses"] = [{"name": self.main(given), "state": state}]
        if mesh:
            with_container(given, SIDECAR, running())

    @rule(data=st.data(), steps=st.integers(1, 20))
    @precondition(lambda self: self.alive())
    def a_trainer_completes_steps_and_its_log_is_read(self, data, steps):
        given = self.some_pod(data)
        if "running" in self.state(given, "train"):
            name = given["metadata"]["name"]
            before = self.logs.get(name, Log()).progress
            view = LogView(read_at=self.now, attempted_at=self.now)
            self.logs[name] = Log(view, at(steps + (before.step if before is not None else 0)))

    @rule(data=st.data(), code=st.sampled_from([0, 0, 65, 70, 75, 137, 143]), sidecar_ends=st.booleans())
    @precondition(lambda self: self.alive())
    def a_pod_ends(self, data, code, sidecar_ends):
        given = self.some_pod(data)
        name = self.main(given)
        if self.writes(given):
            message = PASSED if name == "validate" and code == 0 else None
            state = ended(code, (self.now - T0).total_seconds(), message=message)
            given["spec"]["nodeName"] = "gpu-1"
            given["status"]["initContainerStatuses"] = []
            sidecars = [each for each in given["status"]["containerStatuses"] if each["name"] == SIDECAR]
            given["status"]["containerStatuses"] = [{"name": name, "state": state}, *sidecars]
        elif not sidecar_ends:
            return
        if sidecar_ends or not self.state(given, SIDECAR):
            failed_ = self.state(given, name)["terminated"]["exitCode"]
            given["status"]["phase"] = "Failed" if failed_ else "Succeeded"

    # Others

    @rule(data=st.data(), reason=DISRUPTIONS)
    @precondition(lambda self: self.alive())
    def a_pod_is_taken_away(self, data, reason):
        given = self.some_pod(data)
        given["metadata"]["deletionTimestamp"] = rfc3339(self.now)
        given["status"]["conditions"] = [disrupted(reason, "It had to go.")]

    @rule(data=st.data())
    @precondition(lambda self: self.alive())
    def a_pod_is_deleted(self, data):
        self.some_pod(data)["metadata"]["deletionTimestamp"] = rfc3339(self.now)

    @rule(data=st.data(), foreground=st.booleans())
    @precondition(lambda self: self.jobs)
    def somebody_deletes_a_job(self, data, foreground):
        given = self.jobs[data.draw(st.sampled_from(sorted(self.jobs)))]
        if foreground:
            self.delete(given)
            return
        del self.jobs[given["metadata"]["name"]]
        for left in self.pods_of(given):
            left["metadata"]["deletionTimestamp"] = rfc3339(self.now)

    # What always holds

    @invariant()
    def deciding_again_changes_nothing(self):
        first, kept = self.decide(), self.status
        self.status = first.status
        again = self.decide()
        self.status = kept
        assert (again.status, again.events) == (first.status, ())
        # What is counted only now is deleted once that is written.
        before, after = ([_done(action) for action in decision.actions] for decision in (first, again))
        assert all(action[0] is DeleteRun for action in after if action not in before)
        assert [action for action in before if action not in after] == []

    @invariant()
    def nothing_starts_after_a_success(self):
        if self.status is not None and self.status.phase is Phase.SUCCEEDED:
            assert not [action for action in self.decide().actions if isinstance(action, StartTraining | StartValidation)]

    @invariant()
    def it_always_wakes_or_waits_for_something(self):
        decision = self.decide()
        still = decision.status.phase.terminal or decision.status.phase is Phase.SUSPENDED
        waits = self.alive() or any(not self.is_over(given) for given in self.jobs.values())
        assert still or waits or decision.actions or decision.requeue_at is not None


def _done(action):
    """What an action does, whatever is known of its run meanwhile."""
    if isinstance(action, StopRun):
        return StopRun, action.run.key, action.reason
    if isinstance(action, CheckRun | DeleteRun):
        return type(action), action.run.key
    return type(action), action


Cluster.TestCase.settings = settings(stateful_step_count=30)
TestEveryReachableState = Cluster.TestCase


class _Drawn:
    """Stands for Hypothesis' data: draws this name."""

    def __init__(self, name):
        self.name = name

    def draw(self, _):
        return self.name


def test_a_validation_whose_job_is_deleted_after_its_end_was_recorded_keeps_its_cause():
    """A queue suspends the Job of a validation that has just exited, and the training is suspended and resumed."""
    cluster = Cluster()
    cluster.it_is_created(policy="Enforce")
    cluster.a_job_creates_its_pod(data=_Drawn("pets-validate-1"))
    cluster.a_pod_ends(code=75, data=_Drawn("pets-validate-1-1"), sidecar_ends=False)
    cluster.reconcile()
    recorded = cluster.status.failure
    cluster.somebody_suspends_or_resumes_it()
    cluster.a_queue_suspends_or_resumes_a_job(data=_Drawn("pets-validate-1"), suspend=True)
    cluster.reconcile()
    cluster.somebody_suspends_or_resumes_it()
    cluster.deciding_again_changes_nothing()
    cluster.reconcile()
    cluster.reconcile()
    assert cluster.status.failure == recorded

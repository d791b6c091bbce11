"""What holds for observe and decide together in every state that a cluster can come to: plain manifests, and what changes them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from detector_operator.api import Phase, Status
from detector_operator.api.status import rfc3339
from detector_operator.observe import observe
from detector_operator.reconcile.actions import DeleteRun, StartTraining, StartValidation, StopRun
from detector_operator.reconcile.decide import decide
from detector_operator.reconcile.pace import PROGRESS_EVERY
from detector_operator.reconcile.runs import RunKind, run_name
from support.kubernetes_objects import OWNER, complete, disrupted, ended, failed, job, pod, waiting
from support.trainings import T0, passed, training

PASSED = passed().message.to_bytes().decode()
DISRUPTIONS = st.sampled_from(["PreemptionByScheduler", "EvictionByEvictionAPI", "DeletionByTaintManager", "DeletionByPodGC"])


class Cluster(RuleBasedStateMachine):
    """Jobs and pods, with as much of their controllers as matters: each step of them is a rule, in any order."""

    def __init__(self):
        super().__init__()
        self.now = T0
        self.spec: dict[str, object] = {"retries": 2}
        self.status: Status | None = None
        self.jobs: dict[str, dict] = {}
        self.pods: dict[str, dict] = {}
        self.pods_created = 0

    @initialize(policy=st.sampled_from(["Skip", "Skip", "Enforce"]))
    def it_is_created(self, policy):
        self.spec["validation"] = {"policy": policy}
        self.reconcile()

    # The operator

    def decide(self):
        runs = observe(self.jobs.values(), self.pods.values(), owner=OWNER)
        return decide(training(status=self.status, **self.spec), runs, self.now, progress_every=PROGRESS_EVERY)

    def act(self, actions):
        for action in actions:
            match action:
                case StartValidation(attempt):
                    self.create("validate", attempt)
                case StartTraining(attempt):
                    assert not self.may_write(), "two trainings in one model directory"
                    self.create("train", attempt)
                case StopRun(run, reason):
                    if given := self.jobs.get(run_name("pets", run.kind, run.attempt)):
                        given["metadata"]["annotations"] = {"detector-training.io/stop-reason": reason}
                        given["spec"]["suspend"] = True
                case DeleteRun(run):
                    name = run_name("pets", run.kind, run.attempt)
                    assert self.is_over(self.jobs.pop(name))
                    alive = [pod["metadata"]["ownerReferences"][0]["name"] for pod in self.alive()]
                    assert name not in alive, "its pod may still write"
                    assert run.kind is RunKind.VALIDATION or run.attempt <= self.status.training.counted, "it was not counted yet"

    def create(self, kind, attempt):
        name = f"pets-{kind}-{attempt}"
        assert name not in self.jobs
        assert not [pod for pod in self.alive() if pod["metadata"]["ownerReferences"][0]["name"] == name], "a name came twice"
        self.jobs[name] = job(kind, attempt)

    def may_write(self):
        jobs = [job for name, job in self.jobs.items() if "-train-" in name and not self.is_over(job)]
        return jobs + [pod for pod in self.alive() if pod["spec"]["containers"][0]["name"] == "train"]

    def alive(self):
        return [pod for pod in self.pods.values() if pod["status"]["phase"] not in ("Succeeded", "Failed")]

    @staticmethod
    def is_over(given):
        stopped = given["spec"]["suspend"] and given["metadata"].get("annotations")
        return bool(stopped or given["status"].get("conditions"))

    @rule()
    def reconcile(self):
        before, decision = self.status, self.decide()
        self.act(decision.actions)
        self.status = decision.status
        assert before is None or not before.phase.terminal or decision.status == before, "a terminal state was lost"

    @rule()
    def reconcile_and_crash_before_the_status_is_written(self):
        self.act(self.decide().actions)

    @rule(seconds=st.sampled_from([1, 15, 300]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    # The Job controller

    def pods_of(self, given):
        return [pod for pod in self.pods.values() if pod["metadata"]["ownerReferences"][0]["name"] == given["metadata"]["name"]]

    def some_job(self, data, wanted=bool):
        found = [name for name, given in sorted(self.jobs.items()) if not given["status"].get("conditions") and wanted(given)]
        return self.jobs[data.draw(st.sampled_from(found))] if found else None

    @rule(data=st.data())
    @precondition(lambda self: self.jobs)
    def a_job_creates_its_pod(self, data):
        lacks = lambda given: not given["spec"]["suspend"] and not self.pods_of(given)  # noqa: E731
        if given := self.some_job(data, lacks):
            self.pods_created += 1
            kind, attempt = (given["metadata"]["labels"][f"detector-training.io/{label}"] for label in ("run", "attempt"))
            new = waiting("PodInitializing")
            name = f"{given['metadata']['name']}-{self.pods_created}"
            self.pods[name] = pod(kind, attempt, name=name, phase="Pending", node=None, init=new, main=new)

    @rule(data=st.data())
    @precondition(lambda self: self.pods)
    def a_job_takes_note_of_its_pods_end(self, data):
        noted = lambda given: self.pods_of(given) and not [pod for pod in self.pods_of(given) if pod in self.alive()]  # noqa: E731
        if given := self.some_job(data, lambda given: not given["spec"]["suspend"] and noted(given)):
            well = self.pods_of(given)[-1]["status"]["phase"] == "Succeeded"
            given["status"] = complete() if well else failed()

    @rule(data=st.data(), suspend=st.booleans())
    @precondition(lambda self: self.jobs)
    def a_queue_suspends_or_resumes_a_job(self, data, suspend):
        if given := self.some_job(data, lambda given: not given["metadata"].get("annotations")):
            given["spec"]["suspend"] = suspend
            for gone in [pod for pod in self.pods_of(given) if pod not in self.alive()]:
                del self.pods[gone["metadata"]["name"]]  # else the Job would say it failed as soon as it is resumed

    # The kubelet

    def some_pod(self, data):
        return self.pods[data.draw(st.sampled_from(sorted(pod["metadata"]["name"] for pod in self.alive())))]

    @rule(data=st.data())
    @precondition(lambda self: self.alive())
    def a_pod_starts(self, data):
        given = self.some_pod(data)
        state = {"running": {"startedAt": rfc3339(self.now)}}
        given["status"] |= {
            "phase": "Running",
            "containerStatuses": [{"name": given["spec"]["containers"][0]["name"], "state": state}],
        }

    @rule(data=st.data(), code=st.sampled_from([0, 0, 65, 70, 75, 137, 143]))
    @precondition(lambda self: self.alive())
    def a_pod_ends(self, data, code):
        given = self.some_pod(data)
        name = given["spec"]["containers"][0]["name"]
        message = PASSED if name == "validate" and code == 0 else None
        state = ended(code, (self.now - T0).total_seconds(), message=message)
        given["status"] |= {
            "phase": "Failed" if code else "Succeeded",
            "initContainerStatuses": [],
            "containerStatuses": [{"name": name, "state": state}],
        }

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

    @rule(data=st.data())
    @precondition(lambda self: self.pods)
    def what_is_left_of_a_pod_is_collected(self, data):
        over = [name for name, given in sorted(self.pods.items()) if given not in self.alive()]
        if over:
            del self.pods[data.draw(st.sampled_from(over))]

    @rule(data=st.data())
    @precondition(lambda self: self.jobs)
    def a_job_is_deleted(self, data):
        given = self.jobs.pop(data.draw(st.sampled_from(sorted(self.jobs))))
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
        new = [action for action in again.actions if action not in first.actions]
        assert all(isinstance(action, DeleteRun) for action in new)
        assert [action for action in first.actions if action not in again.actions] == []

    @invariant()
    def it_always_wakes_or_waits_for_something(self):
        decision = self.decide()
        still = decision.status.phase.terminal or decision.status.phase is Phase.SUSPENDED
        waits = self.alive() or any(not self.is_over(given) for given in self.jobs.values())
        assert still or waits or decision.actions or decision.wake_at is not None


Cluster.TestCase.settings = settings(stateful_step_count=30)
TestEveryReachableState = Cluster.TestCase

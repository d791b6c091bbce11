"""The judge finds what went wrong, and nothing where nothing did."""

from __future__ import annotations

import json

import pytest

from chaos.judge import created_jobs, judge
from chaos.plan import Training
from chaos.record import Record
from chaos.scenarios import BY_NAME

NAME = "sound-1"
HEADLINES = (
    ("Validating", "Waiting", "Waiting for Job sound-1-validate-1 to start.", "Validating"),
    ("Queued", "Queued", "Waiting for Job sound-1-train-1 to start.", "ValidationPassed"),
    ("Training", "Training", "Training (Job sound-1-train-1).", "ValidationPassed"),
    ("Succeeded", "Completed", "Trained to step 20, loss 0.05.", "ValidationPassed"),
)


class Told:
    """A record of a training that went well, to which something is then done."""

    def __init__(self, scenario="sound"):
        self.record, self.training, self.version = Record(), Training(NAME, BY_NAME[scenario], 0.02), 0

    def put(self, kind, name, uid=None, **manifest):
        self.version += 1
        metadata = {"name": name, "uid": uid or f"uid-of-{name}", "resourceVersion": str(self.version), "generation": 1}
        manifest["metadata"] = {**metadata, **manifest.get("metadata", {})}
        self.record.put(kind, manifest, float(self.version))
        return manifest

    def status(self, phase, reason, message, validated, /, **more):
        conditions = [
            {"type": "Validated", "reason": validated, "message": "Validation passed."},
            {"type": "Training", "reason": reason, "message": message},
        ]
        status = {
            "phase": phase,
            "conditions": conditions,
            "validation": {"verdict": "pass"} if validated == "ValidationPassed" else {},
            "training": {"progress": "20/20", "restarts": 0},
            "specGeneration": 1,
            **more,
        }
        self.put("detectortrainings", NAME, status=status)

    def event(self, reason, message):
        about = {"kind": "DetectorTraining", "name": NAME}
        self.put("events", f"{NAME}.{reason}{self.version}", involvedObject=about, reason=reason, message=message)

    def job(self, run, attempt, uid=None):
        labels = {"detector-training.io/name": NAME, "detector-training.io/run": run}
        self.put("jobs", f"{NAME}-{run}-{attempt}", uid=uid, metadata={"labels": labels})

    def pod(self, run, attempt, began, ended=None, phase="Succeeded"):
        labels = {"detector-training.io/name": NAME, "detector-training.io/run": run}
        times = {"startedAt": f"2026-01-01T00:00:{began:02}Z"}
        state = {"running": times}
        if ended is not None:
            state = {"terminated": {**times, "finishedAt": f"2026-01-01T00:00:{ended:02}Z", "exitCode": 0}}
        statuses = [{"name": "train", "state": state}]
        name = f"{NAME}-{run}-{attempt}-x7k2p"
        return self.put("pods", name, metadata={"labels": labels}, status={"phase": phase, "containerStatuses": statuses})

    def well(self, events=True):
        for headline in HEADLINES:
            self.status(*headline)
            if events:
                self.event(*headline[1:3])
        if events:
            self.event("ValidationPassed", "Validation passed.")
        self.job("validate", 1)
        self.job("train", 1)
        self.pod("train", 1, 10, 20)
        return self

    def problems(self, created=None, diary=("1.0 pod alone",), **more):
        found = judge(self.training, self.record, created or {}, diary, **more)
        return [(problem.kind, problem.what) for problem in found]


def test_one_that_went_well():
    assert Told().well().problems(created={f"{NAME}-train-1": 1, f"{NAME}-validate-1": 1}) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"phase": "Failed"}, "phase is 'Failed' instead of 'Succeeded'"),
        ({"training": {"progress": "19/20", "restarts": 0}}, "progress is '19/20' instead of '20/20'"),
        ({"training": {"progress": "20/20", "restarts": 1}}, "restarts is 1 instead of 0"),
        ({"validation": {}}, "verdict is None instead of 'pass'"),
        ({"failure": {"reason": "NodeLost"}}, "failure is 'NodeLost' instead of None"),
    ],
)
def test_a_wrong_end(changed, what):
    told = Told().well()
    status = {**told.record.latest("detectortrainings", NAME)["status"], **changed}
    told.put("detectortrainings", NAME, status=status)
    assert told.problems() == [("wrong end", what)]


def test_no_end_in_time():
    (problem,) = Told().well().problems(finished=False)
    assert problem[1].startswith("not at its end in time: Succeeded")


def test_a_training_that_is_gone():
    told = Told().well()
    told.record.keep_only("detectortrainings", set(), 100.0)
    assert told.problems() == [("wrong end", "it is gone")]


def test_a_pod_that_runs_on():
    told = Told().well()
    told.pod("train", 1, 10, phase="Running")
    assert ("wrong end", f"pod {NAME}-train-1-x7k2p still runs") in told.problems()


def test_a_job_that_was_created_twice():
    told = Told().well()
    told.job("train", 1, uid="another")
    assert ("duplicate", f"Job {NAME}-train-1 was created 2 times") in told.problems()


def test_a_job_that_was_created_twice_and_only_the_audit_log_knows():
    found = Told().well().problems(created={f"{NAME}-train-1": 2, "another-1-train-1": 2})
    assert found == [("duplicate", f"Job {NAME}-train-1 was created 2 times, by the audit log")]


def test_a_run_too_many():
    told = Told().well()
    told.job("train", 2)
    assert told.problems() == [("duplicate", "2 runs of train instead of 1 (0 interrupted or not started)")]


def test_a_run_more_because_one_was_interrupted():
    told = Told()
    told.status(*HEADLINES[2], training={"preemptions": 1, "restarts": 0})
    told.well()
    told.job("train", 2)
    assert told.problems() == []


@pytest.mark.parametrize(("reason", "found"), [("StartError", []), ("Error", ["wrong end", "duplicate"])])
def test_a_restart_more_because_a_container_could_not_be_started(reason, found):
    told = Told().well()
    told.status(*HEADLINES[-1], training={"progress": "20/20", "restarts": 1})
    told.job("train", 2)
    labels = {"detector-training.io/name": NAME, "detector-training.io/run": "train"}
    ended = {"terminated": {"exitCode": 128, "reason": reason}}
    told.put(
        "pods",
        f"{NAME}-train-1-b",
        metadata={"labels": labels},
        status={"phase": "Failed", "initContainerStatuses": [{"name": "preflight", "state": ended}]},
    )
    assert [kind for kind, _ in told.problems()] == found


@pytest.mark.parametrize(("began", "overlap"), [(20, False), (19, False), (15, True)])
def test_two_pods_that_train_at_the_same_time(began, overlap):
    told = Told("crashes-once").well()
    told.pod("train", 2, began, 30)
    found = [what for kind, what in told.problems() if "same time" in what]
    assert bool(found) is overlap


def test_a_pod_whose_end_nobody_saw_proves_nothing():
    told = Told("crashes-once").well()
    first = told.pod("train", 2, 30, phase="Running")
    told.pod("train", 3, 40, 50)
    told.record.keep_only("pods", set(), 1e12)
    assert [what for _, what in told.problems() if "same time" in what] == []
    told.record.drop("pods", first, 1e12)
    assert [what for _, what in told.problems() if "same time" in what] != []


def test_a_trainer_that_was_not_alone():
    found = Told().well().problems(diary=["1.0 pod alone", "2.0 pod beside another one"])
    assert found == [("duplicate", "a trainer found another one at work: 2.0 pod beside another one")]


def test_events_that_are_missing():
    found = Told().well(events=False).problems()
    assert ("lost event", "no event Completed") in found
    assert ("lost event", "no event Training, which a status had") in found
    assert ("lost event", "no event ValidationPassed, which a status had") in found
    assert not any("Validating" in what for _, what in found)


def test_an_event_whose_message_is_another():
    told = Told().well()
    told.status("Queued", "Queued", "Starting again.", "ValidationPassed")
    told.status(*HEADLINES[-1])
    assert told.problems() == [("lost event", "no event Queued with the message 'Starting again.', which a status had")]


def test_what_is_waited_for_has_an_event_but_not_for_every_message():
    told = Told().well()
    told.status("Queued", "Unschedulable", "0/1 nodes are available.", "ValidationPassed", reason="Unschedulable")
    told.event("Unschedulable", "0/1 nodes are available.")
    told.status("Queued", "Unschedulable", "0/2 nodes are available.", "ValidationPassed", reason="Unschedulable")
    told.status(*HEADLINES[-1])
    assert told.problems() == []


def test_the_audit_log_counts_what_was_created(tmp_path):
    def line(verb="create", code=201, name="a", namespace="chaos", resource="jobs", **more):
        about = {"resource": resource, "namespace": namespace, "name": name, **more}
        return json.dumps({"verb": verb, "objectRef": about, "responseStatus": {"code": code}})

    others = [line(code=409), line("delete", 200), line(namespace="x"), line(resource="pods"), line(subresource="status")]
    (tmp_path / "audit.log").write_text("\n".join([line(), line(), line(name="b"), *others, line()[:-9]]))
    assert created_jobs(tmp_path / "audit.log", "chaos") == {"a": 2, "b": 1}

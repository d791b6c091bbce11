"""A resource that this version of the operator cannot read is reported, and what runs is left alone unless it is suspended."""

from __future__ import annotations

import pytest

from detector_operator.controller.api_errors import ApiError, ConflictError
from support.kubernetes_objects import failed, job, pod
from support.reconciling import DELETE, EVENT, STATUS, Cluster, verbs

REASON = "UnsupportedResource"
WORDS = (
    "This version of the operator cannot parse the resource; existing runs are left as is: "
    "spec.numSteps is 'many', must be an integer."
)


@pytest.fixture
def cluster():
    """A training that runs, and whose spec was then changed to something that only a newer operator knows."""
    cluster = Cluster()
    cluster.apply(validation={"policy": "Skip"})
    cluster.reconcile()
    cluster.put_pod(pod("train"))
    cluster.server.logs["pets-train-1-x7k2p"] = []
    cluster.reconcile()
    assert cluster.status["phase"] == "Training"
    cluster.passes(60)
    change(cluster)
    cluster.server.requests.clear()
    return cluster


def change(cluster, generation=2, **spec):
    cluster.apply(generation=generation, validation={"policy": "Skip"}, **{"numSteps": "many", **spec})


def events(cluster):
    return [each for (plural, _), each in cluster.server.objects.items() if plural == "events" and each["reason"] == REASON]


def test_it_is_reported_in_the_conditions_of_kstatus_and_by_a_warning(cluster):
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    for kind, status in (("Reconciling", "False"), ("Stalled", "True")):
        assert cluster.condition(kind) == {
            "type": kind,
            "status": status,
            "observedGeneration": 2,
            "lastTransitionTime": "2026-01-01T00:01:00Z",
            "reason": REASON,
            "message": WORDS,
        }
    assert (cluster.status["reason"], cluster.status["observedGeneration"]) == (REASON, 2)
    (event,) = events(cluster)
    assert (event["type"], event["message"]) == ("Warning", WORDS)
    assert (event["involvedObject"]["name"], event["involvedObject"]["uid"]) == ("pets", cluster.resource["metadata"]["uid"])


def test_all_other_status_is_kept(cluster):
    newer = {**cluster.status, "shards": {"done": 3}, "conditions": [*cluster.status["conditions"], {"type": "Sharded", "x": 1}]}
    cluster.store.put_resource(cluster.server.put("detectortrainings", {**cluster.resource, "status": newer}))
    cluster.reconcile()
    replaced = {"observedGeneration", "reason", "conditions"}
    assert {name: value for name, value in cluster.status.items() if name not in replaced} == {
        name: value for name, value in newer.items() if name not in replaced
    }
    kept = [each for each in newer["conditions"] if each["type"] not in ("Reconciling", "Stalled")]
    assert [each for each in cluster.status["conditions"] if each["type"] not in ("Reconciling", "Stalled")] == kept
    assert cluster.status["shards"] == {"done": 3}


@pytest.mark.parametrize("status", [None, "a text", {"conditions": "a text"}, {"conditions": ["a text"]}], ids=repr)
def test_a_status_that_is_none_is_replaced(cluster, status):
    manifest = {name: value for name, value in cluster.resource.items() if name != "status"}
    cluster.store.put_resource(
        cluster.server.put("detectortrainings", manifest if status is None else {**manifest, "status": status})
    )
    cluster.reconcile()
    assert [each["type"] for each in cluster.status["conditions"]] == ["Reconciling", "Stalled"]


def test_nothing_is_written_twice(cluster):
    cluster.reconcile()
    cluster.passes(600)
    assert cluster.reconcile() == []
    assert len(events(cluster)) == 1


def test_another_problem_is_written_when_it_comes(cluster):
    cluster.reconcile()
    cluster.passes(600)
    change(cluster, generation=3, modelDir=7)
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    assert "spec.modelDir is 7" in cluster.condition("Stalled")["message"]
    assert cluster.condition("Stalled")["observedGeneration"] == 3


def test_the_same_problem_of_another_generation_is_written_with_its_generation(cluster):
    """kstatus reports what has another observedGeneration as in progress."""
    cluster.reconcile()
    change(cluster, generation=3)
    cluster.reconcile()
    assert cluster.status["observedGeneration"] == 3
    assert cluster.condition("Stalled")["observedGeneration"] == 3
    assert len(events(cluster)) == 1


def test_the_time_of_a_condition_moves_only_with_its_status(cluster):
    cluster.reconcile()
    cluster.passes(600)
    change(cluster, generation=3, modelDir=7)
    cluster.reconcile()
    assert cluster.condition("Stalled")["lastTransitionTime"] == "2026-01-01T00:01:00Z"


def test_many_problems_are_cut_to_what_an_event_may_have(cluster):
    change(cluster, **{f"field{number}": number for number in range(100)})
    cluster.reconcile()
    assert len(cluster.condition("Stalled")["message"]) == 1024
    assert len(events(cluster)) == 1


def test_it_is_reported_in_the_operators_log(cluster, caplog):
    cluster.reconcile()
    assert WORDS in caplog.text


def test_what_runs_is_left_alone(cluster):
    cluster.put_job(job("train", 2, **failed()))
    cluster.passes(100_000)
    cluster.reconcile()
    assert cluster.server.deletions == []


@pytest.mark.parametrize("suspend", [False, None, "true", 1], ids=repr)
def test_what_is_not_clearly_suspended_is_left_alone(cluster, suspend):
    change(cluster, suspend=suspend)
    cluster.reconcile()
    assert cluster.server.deletions == []


def test_the_jobs_of_one_that_is_suspended_are_deleted(cluster):
    cluster.put_job(job("validate"))
    change(cluster, suspend=True)
    cluster.reconcile()
    assert sorted(cluster.server.deletions) == [
        ("pets-train-1", "uid-of-pets-train-1", "Foreground"),
        ("pets-validate-1", "uid-of-pets-validate-1", "Foreground"),
    ]
    assert cluster.condition("Stalled")["reason"] == REASON


def test_the_jobs_of_one_that_is_suspended_are_deleted_once(cluster):
    change(cluster, suspend=True)
    cluster.reconcile()
    assert cluster.reconcile() == []
    assert len(cluster.server.deletions) == 1


def test_jobs_that_are_being_deleted_are_not_deleted_again(cluster):
    known = cluster.server.objects["jobs", "pets-train-1"]
    cluster.put_job({**known, "metadata": {**known["metadata"], "deletionTimestamp": "2026-01-01T00:00:50Z"}})
    change(cluster, suspend=True)
    assert DELETE not in verbs(cluster.reconcile())


def test_what_cannot_be_deleted_is_left_to_the_queue(cluster):
    change(cluster, suspend=True)
    cluster.server.refuse("jobs", 503, "not now")
    with pytest.raises(ApiError, match="not now"):
        cluster.reconcile()


def test_a_resource_that_has_changed_is_left_to_the_watch(cluster, monkeypatch):
    async def stale(*_):
        raise ConflictError(409, "Conflict", "the object has been modified")

    monkeypatch.setattr(cluster.server, "write_status", stale)
    assert verbs(cluster.reconcile()) == [EVENT]


@pytest.mark.parametrize(
    "error", [ApiError(403, "", "events is forbidden"), TimeoutError(), ConnectionResetError()], ids=["refused", "slow", "broken"]
)
def test_an_event_that_cannot_be_reported_holds_nothing_up(cluster, error):
    cluster.server.refusals["events"] = error
    cluster.reconcile()
    assert cluster.condition("Stalled")["reason"] == REASON


def test_a_name_that_is_too_long_is_reported_too():
    cluster = Cluster("a" * 60)
    cluster.apply()
    cluster.reconcile()
    assert "metadata.name" in cluster.condition("Stalled")["message"]


def test_once_it_can_be_read_again_it_continues_where_it_was(cluster):
    cluster.reconcile()
    change(cluster, generation=3, numSteps=100)
    cluster.reconcile()
    assert (cluster.status["phase"], cluster.status.get("reason")) == ("Training", None)
    assert (cluster.condition("Reconciling")["status"], cluster.condition("Stalled")["status"]) == ("True", "False")
    assert cluster.condition("Stalled")["observedGeneration"] == 3
    assert cluster.server.deletions == []

"""A reconcile writes first what it will do, then does it, and asks nothing of the API server where nothing has changed.

A validation holds no GPU: it is created first, so that one status says all.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from detector_operator.api import DetectorTraining
from detector_operator.operate.api_errors import AlreadyExistsError, ApiError, ConflictError
from detector_operator.operate.event_reader import EventReader
from detector_operator.operate.log_reader import LogReader
from detector_operator.operate.reconciler import STALE_SECONDS, Reconciler
from detector_operator.operate.store import Listed, Store
from detector_operator.specs.config_map import build_config_map
from detector_operator.specs.settings import Settings
from detector_trainer.contract import reasons
from support.fake_api_server import KEY, FakeApiServer
from support.kubernetes_objects import UID, complete, ended, failed, job, pod, waiting
from support.trainings import T0, passed, said

STATUS, EVENT = ("status", "detectortrainings"), ("create", "events")


class Cluster:
    """A reconciler, and what it sees and does."""

    def __init__(self):
        self.server, self.store, self.wakes, self.now = FakeApiServer(), Store(), [], T0
        logger = logging.getLogger("test")
        self.logs = LogReader(self.server, lambda _: None, lambda: self.now, logger)
        self.events = EventReader(self.server, logger)
        self.reconciler = Reconciler(
            server=self.server,
            store=self.store,
            settings=Settings(trainer_image="registry.example/trainer:1"),
            logs=self.logs,
            events=self.events,
            wake=lambda key, seconds: self.wakes.append((key, seconds)),
            clock=lambda: self.now,
            logger=logger,
        )

    def apply(self, uid=UID, generation=1, **spec):
        given = {"pipelineConfig": {"path": "/data/p.config"}, "modelDir": "/models/pets", "numSteps": 100, **spec}
        metadata = {
            "name": "pets",
            "namespace": "team",
            "uid": uid,
            "generation": generation,
            "creationTimestamp": T0.isoformat(),
        }
        known = self.store.resource(KEY) or {}
        status = {"status": known["status"]} if "status" in known else {}
        manifest = {
            "apiVersion": "detector-training.io/v1alpha1",
            "kind": "DetectorTraining",
            "metadata": metadata,
            "spec": given,
            **status,
        }
        self.store.put_resource(self.server.put("detectortrainings", manifest))

    def put_job(self, manifest):
        self.store.put_job(self.server.put("jobs", manifest))

    def put_pod(self, manifest):
        self.store.put_pod(self.server.put("pods", manifest))

    def reconcile(self):
        async def run():
            try:
                await self.reconciler.reconcile(KEY)
            finally:
                await self.logs.close()

        before = len(self.server.requests)
        asyncio.run(run())
        return self.server.requests[before:]

    @property
    def status(self):
        return self.store.resource(KEY).get("status", {})


@pytest.fixture
def cluster():
    cluster = Cluster()
    cluster.apply()
    return cluster


def verbs(requests):
    return [(verb, plural) for verb, plural, _ in requests]


def test_a_new_resource_gets_its_status_an_event_and_its_validation(cluster):
    requests = cluster.reconcile()
    assert verbs(requests) == [("create", "jobs"), ("status", "detectortrainings"), ("create", "events")]
    assert requests[0][2] == "pets-validate-1"
    assert cluster.status["phase"] == "Validating"


def test_where_nothing_has_changed_nothing_is_asked_of_the_api_server(cluster):
    cluster.reconcile()
    assert cluster.reconcile() == []


def test_the_config_of_an_inline_pipeline_is_there_before_its_job(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    assert verbs(cluster.reconcile())[:2] == [("create", "configmaps"), ("create", "jobs")]


@pytest.fixture
def skipping(cluster):
    """A resource whose training starts at once."""
    cluster.apply(validation={"policy": "Skip"})
    return cluster


def test_that_a_gpu_will_be_asked_for_is_written_before_it_is(skipping):
    assert verbs(skipping.reconcile())[:2] == [STATUS, ("create", "jobs")]


def test_a_process_that_died_after_the_status_was_written_goes_on(skipping):
    skipping.server.refuse("jobs", 503, "the server is currently unable to handle the request")
    with pytest.raises(ApiError):
        skipping.reconcile()
    skipping.server.refusals.clear()
    assert verbs(skipping.reconcile()) == [("create", "jobs")]


def test_a_process_that_died_after_the_validation_was_created_goes_on(cluster, monkeypatch):
    async def broken(*_):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(cluster.server, "write_status", broken)
        with pytest.raises(ConnectionResetError):
            cluster.reconcile()
    assert cluster.status == {}
    assert verbs(cluster.reconcile()) == [STATUS, EVENT]
    assert cluster.status["phase"] == "Validating"


@pytest.mark.parametrize("kind", ["validate", "train"])
def test_a_job_that_was_created_and_not_told_of_is_not_created_twice(cluster, kind):
    if kind == "train":
        cluster.apply(validation={"policy": "Skip"})
    cluster.server.put("jobs", job(kind))
    with pytest.raises(AlreadyExistsError, match=f'"pets-{kind}-1" already exists'):
        cluster.reconcile()
    cluster.put_job(job(kind))
    assert ("create", "jobs") not in verbs(cluster.reconcile())


def test_a_job_of_somebody_else_that_has_the_name_is_said(cluster):
    theirs = job("validate")
    theirs["metadata"]["labels"] = {}
    cluster.server.put("jobs", theirs)
    cluster.server.lists["/apis/batch/v1/namespaces/team/jobs"] = Listed([cluster.server.objects["jobs", "pets-validate-1"]], "1")
    cluster.reconcile()
    assert (cluster.status["phase"], headline(cluster)["reason"]) == ("Validating", "JobNotCreated")
    assert "kubectl delete job pets-validate-1" in headline(cluster)["message"]
    del cluster.server.objects["jobs", "pets-validate-1"]
    cluster.now += timedelta(seconds=1)
    assert verbs(cluster.reconcile()) == [("create", "jobs"), STATUS, EVENT]


def test_a_job_that_was_created_and_not_told_of_is_known_at_once(cluster):
    ours = cluster.server.put("jobs", job("validate"))
    cluster.server.lists["/apis/batch/v1/namespaces/team/jobs"] = Listed([ours], "1")
    cluster.reconcile()
    assert (cluster.status["phase"], headline(cluster)["reason"]) == ("Validating", "Waiting")
    assert ("create", "jobs") not in verbs(cluster.reconcile())


def test_a_resource_that_has_changed_is_looked_at_again_even_if_no_watch_tells(cluster, monkeypatch):
    async def stale(*_):
        raise ConflictError(409, "Conflict", "the object has been modified")

    monkeypatch.setattr(cluster.server, "write_status", stale)
    assert verbs(cluster.reconcile()) == [("create", "jobs")]
    assert cluster.wakes == [(KEY, STALE_SECONDS)]


def test_a_job_that_is_refused_for_ever_fails_the_resource_with_the_servers_words(cluster):
    words = 'Job.batch "pets-validate-1" is invalid: spec.template.spec.volumes[0].name: Required value'
    cluster.server.refuse("jobs", 422, words)
    cluster.reconcile()
    assert (cluster.status["phase"], cluster.status["failure"]["reason"]) == ("Failed", "InvalidSpec")
    assert words in cluster.status["failure"]["message"]
    cluster.server.requests.clear()
    assert cluster.reconcile() == []


@pytest.mark.parametrize("code", [401, 429, 500])
def test_trouble_of_the_server_is_left_to_the_queue_and_the_status_stays(cluster, code):
    cluster.server.refuse("jobs", code, "not now")
    with pytest.raises(ApiError, match="not now"):
        cluster.reconcile()
    assert cluster.status["phase"] == "Validating"


QUOTA = (
    'jobs.batch "pets-validate-1" is forbidden: exceeded quota: few, requested: count/jobs.batch=1, used: count/jobs.batch={}, '
    "limited: count/jobs.batch=2"
)


def headline(cluster):
    return next(condition for condition in cluster.status["conditions"] if condition["type"] == "Training")


def refused(cluster, words):
    """A resource whose Job is refused once with these words, and which says so."""
    cluster.server.refuse("jobs", 403, words)
    return cluster.reconcile()


def test_a_job_that_is_not_admitted_is_said_and_asked_for_again_ever_more_seldom(cluster):
    told = refused(cluster, QUOTA.format(2))
    assert verbs(told) == [("create", "jobs"), STATUS, EVENT]
    assert (cluster.status["phase"], headline(cluster)["reason"]) == ("Validating", "QuotaExceeded")
    assert "quota few is exceeded" in headline(cluster)["message"]
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        assert cluster.wakes[-1] == (KEY, wait)
        assert cluster.reconcile() == []
        cluster.now += timedelta(seconds=wait)
        assert verbs(cluster.reconcile()) == [("create", "jobs")]
    cluster.server.refusals.clear()
    cluster.now += timedelta(seconds=60)
    assert verbs(cluster.reconcile()) == [("create", "jobs"), STATUS, EVENT]
    assert headline(cluster)["reason"] == "Waiting"


def test_other_words_of_the_same_refusal_are_written_and_not_told_again(cluster):
    refused(cluster, QUOTA.format(2))
    cluster.now += timedelta(seconds=1)
    assert verbs(refused(cluster, QUOTA.format(3))) == [("create", "jobs"), STATUS]
    assert "count/jobs.batch=3" in headline(cluster)["message"]


def test_a_config_that_is_not_admitted_is_said_too(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    cluster.server.refuse("configmaps", 403, 'configmaps "pets-config-0" is forbidden: not by you')
    cluster.reconcile()
    assert headline(cluster)["reason"] == "JobNotCreated"
    assert 'configmaps "pets-config-0" is forbidden: not by you' in headline(cluster)["message"]
    assert ("create", "jobs") not in verbs(cluster.server.requests)


def test_a_config_that_somebody_else_made_is_said_and_creates_no_job(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    name = build_config_map(DetectorTraining.model_validate(cluster.store.resource(KEY)))["metadata"]["name"]
    cluster.server.put("configmaps", {"metadata": {"name": name}, "data": {"pipeline.config": "model {}"}})
    cluster.reconcile()
    assert headline(cluster)["reason"] == "JobNotCreated"
    assert f"ConfigMap {name} exists, but it has no owner" in headline(cluster)["message"]
    assert ("create", "jobs") not in verbs(cluster.server.requests)


def test_a_config_that_is_still_being_deleted_is_left_to_the_queue(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    manifest = build_config_map(DetectorTraining.model_validate(cluster.store.resource(KEY)))
    manifest["metadata"]["deletionTimestamp"] = T0.isoformat()
    cluster.server.put("configmaps", manifest)
    with pytest.raises(ApiError, match="is being deleted"):
        cluster.reconcile()
    cluster.server.objects.pop(("configmaps", manifest["metadata"]["name"]))
    assert verbs(cluster.reconcile())[:2] == [("create", "configmaps"), ("create", "jobs")]


@pytest.mark.parametrize("plural", ["configmaps", "jobs"])
def test_a_conflict_with_the_update_of_a_quota_is_tried_again(cluster, plural):
    """A 409 on a create says that the object exists only if its reason is AlreadyExists."""
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    words = 'Operation cannot be fulfilled on resourcequotas "few": the object has been modified'
    cluster.server.refuse(plural, 409, words, "Conflict")
    with pytest.raises(ApiError, match="resourcequotas"):
        cluster.reconcile()
    assert cluster.status["phase"] == "Validating"
    cluster.server.refusals.clear()
    assert ("create", "jobs") in verbs(cluster.reconcile())


def test_a_refusal_is_not_held_against_another_spec_or_another_resource_of_the_name(cluster):
    refused(cluster, QUOTA.format(2))
    cluster.apply(generation=2, numSteps=200)
    assert ("create", "jobs") in verbs(cluster.reconcile())
    cluster.apply(uid="another-uid", generation=2, numSteps=200)
    assert ("create", "jobs") in verbs(cluster.reconcile())


def test_a_process_that_has_just_started_learns_a_refusal_again(cluster):
    refused(cluster, QUOTA.format(2))
    cluster.reconciler.refusals.forget(KEY)
    assert verbs(cluster.reconcile()) == [("create", "jobs")]
    assert headline(cluster)["reason"] == "QuotaExceeded"


@pytest.mark.parametrize(
    "error", [ApiError(403, "", "events is forbidden"), TimeoutError(), ConnectionResetError()], ids=["refused", "slow", "broken"]
)
def test_an_event_that_cannot_be_told_holds_nothing_up(cluster, error):
    cluster.server.refusals["events"] = error
    assert ("create", "jobs") in verbs(cluster.reconcile())
    assert cluster.status["phase"] == "Validating"


def test_what_happened_is_told_even_if_what_was_to_be_done_failed(cluster):
    cluster.server.refuse("jobs", 503, "not now")
    with pytest.raises(ApiError):
        cluster.reconcile()
    assert verbs(cluster.server.requests)[-2:] == [("create", "jobs"), ("create", "events")]


def test_suspending_suspends_the_job_and_says_why(cluster):
    cluster.reconcile()
    cluster.apply(generation=2, suspend=True)
    cluster.reconcile()
    stopped = cluster.server.objects["jobs", "pets-validate-1"]
    assert stopped["spec"]["suspend"] is True
    assert stopped["metadata"]["annotations"] == {"detector-training.io/stop-reason": "Suspended"}


def test_a_job_that_is_stopped_is_not_stopped_again(cluster):
    cluster.reconcile()
    cluster.apply(generation=2, suspend=True)
    cluster.put_pod(pod("validate"))
    cluster.reconcile()
    cluster.reconcile()
    assert cluster.server.count("merge") == 1


def test_stopping_a_job_that_is_gone_is_no_error(cluster):
    cluster.put_job(job("validate"))
    del cluster.server.objects["jobs", "pets-validate-1"]
    cluster.apply(generation=2, suspend=True)
    assert ("merge", "jobs") in verbs(cluster.reconcile())


@pytest.fixture
def retried(cluster):
    """A training that has crashed twice, and goes on."""
    cluster.apply(validation={"policy": "Skip"})
    for attempt in (1, 2):
        cluster.put_job(job("train", attempt, **failed()))
        cluster.put_pod(pod("train", attempt, phase="Failed", main=ended(70)))
    cluster.put_job(job("train", 3))
    cluster.put_pod(pod("train", 3, phase="Pending", init={}, main={}))
    return cluster


def test_an_old_job_is_deleted_once_it_is_counted(retried):
    assert verbs(retried.reconcile())[0] == ("status", "detectortrainings")
    assert retried.status["training"]["restarts"] == 2
    assert retried.reconcile() == [("delete", "jobs", "pets-train-1")]
    assert retried.reconcile() == []
    assert retried.status["training"]["restarts"] == 2


def test_an_old_job_that_may_not_be_deleted_holds_nothing_up(retried, caplog):
    retried.reconcile()
    retried.server.refuse("jobs", 403, "jobs is forbidden")
    retried.reconcile()
    assert retried.wakes[-1] == (KEY, 10)
    assert "old Job pets-train-1: jobs is forbidden" in caplog.text


def test_a_resource_that_is_being_deleted_is_left_alone(cluster):
    cluster.store.resource(KEY)["metadata"]["deletionTimestamp"] = T0.isoformat()
    assert cluster.reconcile() == []


def test_a_resource_that_is_gone_is_forgotten(cluster):
    cluster.put_job(job("validate"))
    cluster.put_pod(pod("validate", phase="Pending", init={}, main={}))
    cluster.reconcile()
    assert cluster.events._asked.keys() == {KEY}
    cluster.store.drop_resource(cluster.store.resource(KEY))
    assert cluster.reconcile() == []
    assert cluster.events._asked == {}


def test_the_runs_of_an_earlier_resource_of_the_name_are_stopped_and_waited_for(cluster):
    cluster.put_job(job("train", owner="another-uid"))
    cluster.put_pod(pod("train"))
    cluster.server.logs["pets-train-1-x7k2p"] = []
    requests = verbs(cluster.reconcile())
    assert ("merge", "jobs") in requests
    assert ("create", "jobs") not in requests


def test_a_resource_of_a_later_operator_is_left_as_it_is(cluster, caplog):
    cluster.store.resource(KEY)["spec"]["numSteps"] = "many"
    assert cluster.reconcile() == []
    assert "leaves it as it is" in caplog.text


def test_what_waits_without_saying_why_is_asked_about_later(cluster):
    cluster.reconcile()
    cluster.reconcile()
    assert cluster.wakes[-1] == (KEY, 10)
    cluster.now += timedelta(seconds=10)
    assert verbs(cluster.reconcile()) == [("list", "events")]


def test_what_waits_and_says_why_is_not_asked_about(cluster):
    cluster.reconcile()
    cluster.put_pod(pod("validate", phase="Pending", init=waiting("ImagePullBackOff", "no such image"), main={}))
    assert ("list", "events") not in verbs(cluster.reconcile())


def test_every_request_from_apply_to_the_end(cluster):
    assert verbs(cluster.reconcile()) == [("create", "jobs"), STATUS, EVENT]
    cluster.put_pod(pod("validate", phase="Pending", init=waiting("PodInitializing"), main=waiting("PodInitializing")))
    cluster.put_pod(pod("validate"))
    assert verbs(cluster.reconcile()) == [STATUS, EVENT]
    cluster.put_pod(pod("validate", phase="Succeeded", main=ended(0, message=passed().message.to_bytes().decode())))
    assert verbs(cluster.reconcile()) == []  # its Job has not ended
    cluster.put_job(job("validate", **complete()))
    assert verbs(cluster.reconcile()) == [STATUS, ("create", "jobs"), EVENT, EVENT]
    cluster.put_pod(pod("train", phase="Pending", init=waiting("PodInitializing"), main=waiting("PodInitializing")))
    assert verbs(cluster.reconcile()) == [STATUS]
    cluster.server.logs["pets-train-1-x7k2p"] = []
    cluster.put_pod(pod("train"))
    assert verbs(cluster.reconcile()) == [STATUS, EVENT]
    cluster.put_pod(pod("train", phase="Succeeded", main=ended(0, message=said(reasons.COMPLETED).to_bytes().decode())))
    cluster.put_job(job("train", **complete()))
    assert verbs(cluster.reconcile()) == [STATUS, EVENT]
    assert (cluster.status["phase"], cluster.reconcile()) == ("Succeeded", [])

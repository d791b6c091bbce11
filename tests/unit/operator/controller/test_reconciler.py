"""A reconcile writes first what it will do, then does it, and asks nothing of the API server where nothing has changed.

A validation holds no GPU: it is created first, so that one status reports everything.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from detector_operator.api import DetectorTraining
from detector_operator.builders.config_map import build_config_map
from detector_operator.controller import event_recorder
from detector_operator.controller.api_errors import AlreadyExistsError, ApiError, ConflictError
from detector_operator.controller.reconciler import STALE_SECONDS
from detector_trainer.contract import reasons
from support.fake_api_server import KEY
from support.kubernetes_objects import complete, ended, event, failed, job, pod, running, seconds, waiting, with_container
from support.reconciling import DELETE, EVENT, EVENTS, JOBS, PODS, STATUS, Cluster, verbs
from support.trainings import T0, at, passed, termination_message

CREATE = ("create", "jobs")
INITIALIZING = waiting("PodInitializing")
TRAINER = "pets-train-1-x7k2p"


@pytest.fixture
def cluster():
    cluster = Cluster()
    cluster.apply()
    return cluster


def test_a_new_resource_gets_its_status_an_event_and_its_validation(cluster):
    requests = cluster.reconcile()
    assert verbs(requests) == [CREATE, EVENT, STATUS]
    assert requests[0][2] == "pets-validate-1"
    assert cluster.status["phase"] == "Validating"


def test_where_nothing_has_changed_nothing_is_asked_of_the_api_server(cluster):
    cluster.reconcile()
    assert cluster.reconcile() == []


def test_the_config_of_an_inline_pipeline_is_there_before_its_job(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    assert verbs(cluster.reconcile())[:2] == [("create", "configmaps"), CREATE]


@pytest.fixture
def skipping(cluster):
    """A resource whose training starts immediately."""
    cluster.apply(validation={"policy": "Skip"})
    return cluster


def test_that_a_gpu_will_be_requested_is_written_before_it_is(skipping):
    assert verbs(skipping.reconcile())[-2:] == [STATUS, CREATE]


def test_a_process_that_died_after_the_status_was_written_continues(skipping):
    skipping.server.refuse("jobs", 503, "the server is currently unable to handle the request")
    with pytest.raises(ApiError):
        skipping.reconcile()
    skipping.server.refusals.clear()
    assert verbs(skipping.reconcile()) == [CREATE]


def test_a_process_that_died_after_the_validation_was_created_continues(cluster, monkeypatch):
    async def broken(*_):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(cluster.server, "write_status", broken)
        with pytest.raises(ConnectionResetError):
            cluster.reconcile()
    assert cluster.status == {}
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    assert cluster.status["phase"] == "Validating"


@pytest.mark.parametrize("kind", ["validate", "train"])
def test_a_job_that_was_created_and_not_reported_is_not_created_twice(cluster, kind):
    if kind == "train":
        cluster.apply(validation={"policy": "Skip"})
    cluster.server.put("jobs", job(kind))
    with pytest.raises(AlreadyExistsError, match=f'"pets-{kind}-1" already exists'):
        cluster.reconcile()
    cluster.put_job(job(kind))
    assert CREATE not in verbs(cluster.reconcile())


def test_a_job_of_someone_else_that_has_the_name_is_reported(cluster):
    theirs = job("validate")
    theirs["metadata"]["labels"] = {}
    cluster.server.put("jobs", theirs)
    cluster.serve(JOBS, cluster.server.objects["jobs", "pets-validate-1"])
    cluster.reconcile()
    assert (cluster.status["phase"], cluster.headline["reason"]) == ("Validating", "JobNotCreated")
    assert "kubectl delete job pets-validate-1" in cluster.headline["message"]
    del cluster.server.objects["jobs", "pets-validate-1"]
    cluster.now += timedelta(seconds=1)
    assert verbs(cluster.reconcile()) == [CREATE, EVENT, STATUS]


def test_a_job_that_was_created_and_not_reported_is_known_immediately(cluster):
    ours = cluster.server.put("jobs", job("validate"))
    cluster.serve(JOBS, ours)
    cluster.reconcile()
    assert (cluster.status["phase"], cluster.headline["reason"]) == ("Validating", "Waiting")
    assert CREATE not in verbs(cluster.reconcile())


def test_a_resource_that_has_changed_is_looked_at_again_even_if_no_watch_tells(cluster, monkeypatch):
    async def stale(*_):
        raise ConflictError(409, "Conflict", "the object has been modified")

    monkeypatch.setattr(cluster.server, "write_status", stale)
    assert verbs(cluster.reconcile()) == [CREATE, EVENT]
    assert cluster.requeues == [(KEY, STALE_SECONDS)]


def test_a_job_that_is_rejected_forever_fails_the_resource_with_the_servers_words(cluster):
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


def refused(cluster, words):
    """A resource whose Job is rejected once with this message, which it reports."""
    cluster.server.refuse("jobs", 403, words)
    return cluster.reconcile()


def test_a_job_that_is_not_admitted_is_reported_and_retried_with_backoff(cluster):
    told = refused(cluster, QUOTA.format(2))
    assert verbs(told) == [CREATE, EVENT, STATUS]
    assert (cluster.status["phase"], cluster.headline["reason"]) == ("Validating", "QuotaExceeded")
    assert "exceeded quota few" in cluster.headline["message"]
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        assert cluster.requeues[-1] == (KEY, wait)
        assert cluster.reconcile() == []
        cluster.now += timedelta(seconds=wait)
        assert verbs(cluster.reconcile()) == [CREATE]
    cluster.server.refusals.clear()
    cluster.now += timedelta(seconds=60)
    assert verbs(cluster.reconcile()) == [CREATE, EVENT, STATUS]
    assert cluster.headline["reason"] == "Waiting"


def test_other_words_of_the_same_refusal_are_written_and_not_reported_again(cluster):
    refused(cluster, QUOTA.format(2))
    cluster.now += timedelta(seconds=1)
    assert verbs(refused(cluster, QUOTA.format(3))) == [CREATE, STATUS]
    assert "count/jobs.batch=3" in cluster.headline["message"]


def test_a_config_that_is_not_admitted_is_reported_too(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    cluster.server.refuse("configmaps", 403, 'configmaps "pets-config-0" is forbidden: not by you')
    cluster.reconcile()
    assert cluster.headline["reason"] == "JobNotCreated"
    assert 'configmaps "pets-config-0" is forbidden: not by you' in cluster.headline["message"]
    assert CREATE not in verbs(cluster.server.requests)


def test_a_config_that_someone_else_made_is_reported_and_creates_no_job(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    name = build_config_map(DetectorTraining.model_validate(cluster.store.resource(KEY)))["metadata"]["name"]
    cluster.server.put("configmaps", {"metadata": {"name": name}, "data": {"pipeline.config": "model {}"}})
    cluster.reconcile()
    assert cluster.headline["reason"] == "JobNotCreated"
    assert f"ConfigMap {name} exists, but it has no owner" in cluster.headline["message"]
    assert CREATE not in verbs(cluster.server.requests)


def test_a_config_that_is_still_being_deleted_is_left_to_the_queue(cluster):
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    manifest = build_config_map(DetectorTraining.model_validate(cluster.store.resource(KEY)))
    manifest["metadata"]["deletionTimestamp"] = T0.isoformat()
    cluster.server.put("configmaps", manifest)
    with pytest.raises(ApiError, match="is being deleted"):
        cluster.reconcile()
    cluster.server.objects.pop(("configmaps", manifest["metadata"]["name"]))
    assert verbs(cluster.reconcile())[:2] == [("create", "configmaps"), CREATE]


@pytest.mark.parametrize("plural", ["configmaps", "jobs"])
def test_a_conflict_with_the_update_of_a_quota_is_retried(cluster, plural):
    """A 409 on a create means that the object exists only if its reason is AlreadyExists."""
    cluster.apply(pipelineConfig={"inline": "model {}"}, generation=2)
    words = 'Operation cannot be fulfilled on resourcequotas "few": the object has been modified'
    cluster.server.refuse(plural, 409, words, "Conflict")
    with pytest.raises(ApiError, match="resourcequotas"):
        cluster.reconcile()
    assert cluster.status["phase"] == "Validating"
    cluster.server.refusals.clear()
    assert CREATE in verbs(cluster.reconcile())


def test_a_rejection_is_not_held_against_another_spec_or_another_resource_of_the_name(cluster):
    refused(cluster, QUOTA.format(2))
    cluster.apply(generation=2, numSteps=200)
    assert CREATE in verbs(cluster.reconcile())
    cluster.apply(uid="another-uid", generation=2, numSteps=200)
    assert CREATE in verbs(cluster.reconcile())


def test_a_process_that_has_just_started_learns_a_rejection_again(cluster):
    refused(cluster, QUOTA.format(2))
    cluster.reconciler.rejections.forget(KEY)
    assert verbs(cluster.reconcile()) == [CREATE]
    assert cluster.headline["reason"] == "QuotaExceeded"


@pytest.mark.parametrize(
    "error", [ApiError(403, "", "events is forbidden"), TimeoutError(), ConnectionResetError()], ids=["refused", "slow", "broken"]
)
def test_an_event_that_cannot_be_reported_holds_nothing_up(cluster, error):
    cluster.server.refusals["events"] = error
    assert CREATE in verbs(cluster.reconcile())
    assert cluster.status["phase"] == "Validating"


def test_what_happened_is_reported_even_if_what_was_to_be_done_failed(cluster):
    cluster.server.refuse("jobs", 503, "not now")
    with pytest.raises(ApiError):
        cluster.reconcile()
    assert EVENT in verbs(cluster.server.requests)


def test_no_event_is_lost_where_the_operator_ends_as_it_writes_the_status(cluster, monkeypatch):
    """The Event comes first: what is in the status is not decided again."""

    async def killed(*_):
        raise asyncio.CancelledError

    def kinds():
        return sorted(kind for kind, _ in cluster.server.objects)

    with monkeypatch.context() as patched:
        patched.setattr(cluster.server, "write_status", killed)
        with pytest.raises(asyncio.CancelledError):
            cluster.reconcile()
    assert cluster.status == {}
    assert kinds() == ["detectortrainings", "events", "jobs"]
    cluster.reconcile()
    assert cluster.status["phase"] == "Validating"
    assert kinds() == ["detectortrainings", "events", "jobs"]


def test_an_event_that_could_not_be_reported_is_reported_later(cluster):
    cluster.server.refuse("events", 503, "not now")
    cluster.reconcile()
    assert cluster.status["phase"] == "Validating"
    cluster.server.refusals.clear()
    assert EVENT not in verbs(cluster.reconcile())  # not before it is time
    _, wait = cluster.requeues[-1]
    cluster.now += timedelta(seconds=wait)
    assert verbs(cluster.reconcile()) == [EVENT]
    assert cluster.reconcile() == []


def test_some_day_it_is_given_up(cluster):
    cluster.server.refuse("events", 403, "not by you")
    cluster.reconcile()
    for _ in range(2 * event_recorder.MAX_ATTEMPTS):
        cluster.now += timedelta(minutes=10)
        cluster.reconcile()
    assert verbs(cluster.server.requests).count(EVENT) == event_recorder.MAX_ATTEMPTS


def test_nothing_is_reported_of_a_resource_that_is_gone(cluster):
    cluster.server.refuse("events", 503, "not now")
    cluster.reconcile()
    cluster.server.refusals.clear()
    cluster.store.drop_resource(cluster.store.resource(KEY))
    cluster.now += timedelta(minutes=10)
    assert cluster.reconcile() == []


# Stops


@pytest.fixture
def trained(skipping):
    """A training that runs, at step 40."""
    skipping.reconcile()
    skipping.put_pod(pod("train"))
    skipping.server.logs[TRAINER] = [at(40, checkpoint=40).to_line()]
    skipping.reconcile(following=True)
    skipping.reconcile()
    assert (skipping.status["phase"], skipping.status["training"]["step"]) == ("Training", 40)
    return skipping


def test_suspending_deletes_the_job_so_that_no_queue_resumes_it(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.reconcile()
    assert trained.server.deletions == [("pets-train-1", "uid-of-pets-train-1", "Foreground")]
    stopped = trained.server.objects["jobs", "pets-train-1"]
    assert "suspend" not in stopped["spec"]
    assert "annotations" not in stopped["metadata"]


@pytest.mark.parametrize(
    ("spec", "reason"), [({"suspend": True}, "Suspended"), ({"numSteps": 200}, "SpecChanged")], ids=["suspended", "spec changed"]
)
def test_why_a_run_is_stopped_is_written_before_its_job_is_deleted(trained, monkeypatch, spec, reason):
    written = []
    delete = trained.server.delete

    async def deleting(*arguments, **more):
        status = trained.server.objects["detectortrainings", "pets"]["status"]
        written.extend((stop["run"], stop["reason"]) for stop in status["stops"])
        return await delete(*arguments, **more)

    monkeypatch.setattr(trained.server, "delete", deleting)
    trained.apply(generation=2, validation={"policy": "Skip"}, **spec)
    requests = verbs(trained.reconcile())
    assert [request for request in requests if request in (STATUS, DELETE)] == [STATUS, DELETE]
    assert written == [("train-1", reason)]


def test_a_run_is_not_stopped_while_it_cannot_be_written_why(trained, monkeypatch):
    async def stale(*_):
        raise ConflictError(409, "Conflict", "the object has been modified")

    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    with monkeypatch.context() as patch:
        patch.setattr(trained.server, "write_status", stale)
        assert DELETE not in verbs(trained.reconcile())
    assert DELETE in verbs(trained.reconcile())


def test_a_process_that_died_after_it_was_written_why_a_run_is_stopped_stops_it(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.server.refuse("jobs", 503, "not now")
    with pytest.raises(ApiError):
        trained.reconcile()
    trained.server.refusals.clear()
    assert verbs(trained.reconcile()) == [DELETE]


def test_a_job_that_is_stopped_is_not_stopped_again(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.reconcile()
    assert trained.requeues[-1] == (KEY, 0)  # the answer to the deletion has its deletionTimestamp
    assert trained.reconcile() == []
    assert len(trained.server.deletions) == 1


def test_a_run_that_takes_long_to_stop_is_not_written_again_and_again(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.reconcile()
    trained.put_pod(pod("train", deleted=seconds(40)))
    trained.passes(60)
    assert trained.reconcile() == []


def test_what_a_stopped_run_has_saved_is_kept_although_its_job_is_gone(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.reconcile()
    words = termination_message("Stopped", step=42, last_checkpoint_step=42).to_bytes().decode()
    trained.put_pod(pod("train", phase="Failed", main=ended(75, message=words), deleted=seconds(40)))
    trained.reconcile()
    status = trained.status
    assert (status["phase"], status["training"]["lastCheckpointStep"]) == ("Suspended", 42)
    assert (status["training"]["restarts"], status["training"]["preemptions"], status.get("stops")) == (0, 0, None)
    assert "resumes from the checkpoint at step 42" in trained.headline["message"]
    trained.job_is_gone("pets-train-1")
    trained.store.drop_pod(trained.server.remove("pods", TRAINER))
    assert trained.reconcile() == []
    trained.apply(generation=3, suspend=False, validation={"policy": "Skip"})
    assert trained.reconcile()[-1] == ("create", "jobs", "pets-train-2")


def test_a_stopped_run_that_went_without_a_pod_is_not_an_interruption(skipping):
    skipping.reconcile()
    skipping.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    skipping.reconcile()
    skipping.job_is_gone("pets-train-1")
    skipping.reconcile()
    assert (skipping.status["training"]["preemptions"], skipping.status["training"]["end"]) == (0, "Stopped")


def test_a_training_that_completes_as_it_is_stopped_has_succeeded_and_is_written_once(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.reconcile()
    trained.put_pod(pod("train", phase="Succeeded", main=ended(0), deleted=seconds(40)))
    trained.reconcile()
    assert (trained.status["phase"], trained.status.get("stops")) == ("Succeeded", None)
    assert trained.reconcile() == []


def test_no_run_starts_while_the_pod_of_a_stopped_one_may_write(trained):
    trained.apply(generation=2, suspend=True, validation={"policy": "Skip"})
    trained.reconcile()
    trained.put_pod(pod("train", deleted=seconds(40)))
    trained.apply(generation=3, suspend=False, validation={"policy": "Skip"})
    trained.reconcile()
    assert trained.server.objects.keys() & {("jobs", "pets-train-2")} == set()
    trained.put_pod(pod("train", phase="Failed", main=ended(75), deleted=seconds(40)))
    assert ("create", "jobs", "pets-train-2") in trained.reconcile()


def test_a_job_that_users_annotated_is_not_stopped(trained):
    known = trained.server.objects["jobs", "pets-train-1"]
    annotations = {"detector-training.io/stop-reason": "Suspended"}
    trained.put_job({**known, "metadata": {**known["metadata"], "annotations": annotations}})
    trained.reconcile()
    assert (trained.status["phase"], trained.server.deletions) == ("Training", [])


def test_stopping_a_job_that_is_gone_is_not_an_error(cluster):
    cluster.put_job(job("validate"))
    cluster.server.remove("jobs", "pets-validate-1")
    cluster.apply(generation=2, suspend=True)
    assert DELETE in verbs(cluster.reconcile())
    assert cluster.status["phase"] == "Suspended"


def test_another_job_that_has_taken_the_name_is_not_stopped(cluster):
    cluster.put_job(job("validate"))
    theirs = job("validate")
    theirs["metadata"]["uid"] = "another-uid"
    cluster.server.put("jobs", theirs)
    cluster.apply(generation=2, suspend=True)
    assert DELETE in verbs(cluster.reconcile())
    assert "deletionTimestamp" not in cluster.server.objects["jobs", "pets-validate-1"]["metadata"]


# Missing observations are not evidence: (the pod, what is written once the limit is over)


def test_before_a_training_is_stopped_for_its_silence_its_pod_and_its_log_are_read(trained):
    trained.serve(PODS, trained.server.objects["pods", TRAINER])
    trained.server.logs[TRAINER] = [at(41).to_line()]
    trained.passes(1800 + 300)
    requests = trained.reconcile()
    selector = "detector-training.io/name=pets,detector-training.io/run=train,detector-training.io/attempt=1"
    assert [("list", "pods", selector), ("log", "read", TRAINER)] == [each for each in requests if each[0] in ("list", "log")][:2]
    assert trained.requeues[-1] == (KEY, 0)
    trained.reconcile()
    assert (trained.status["phase"], trained.status["training"]["step"]) == ("Training", 41)
    assert trained.server.deletions == []


def test_a_training_without_a_step_in_the_log_that_was_just_read_is_stopped(trained):
    trained.serve(PODS, trained.server.objects["pods", TRAINER])
    trained.passes(1800 + 300)
    trained.reconcile()
    assert trained.server.deletions == []
    requests = verbs(trained.reconcile())
    assert (trained.status["phase"], trained.status["reason"]) == ("Failed", "TrainingStalled")
    assert requests.index(STATUS) < requests.index(DELETE)


UNREADABLE = {
    "the kubelet does not answer": ApiError(502, "", "dial tcp 10.0.0.1:10250: connect: connection refused"),
    "the operator lost the right": ApiError(403, "Forbidden", "pods/log is forbidden"),
    "a half-open connection": TimeoutError("no answer"),
    "a broken connection": ConnectionResetError("reset by peer"),
}


@pytest.mark.parametrize("error", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("what", ["log", "pods"])
def test_a_training_that_cannot_be_read_is_never_stopped(trained, error, what):
    if what == "log":
        trained.serve(PODS, trained.server.objects["pods", TRAINER])
        trained.server.logs[TRAINER] = [error]
    else:
        trained.server.refusals["pods"] = error
    for _ in range(50):
        trained.passes(300)
        trained.reconcile()
    assert (trained.status["phase"], trained.server.deletions) == ("Training", [])
    assert (trained.headline["reason"], trained.status["reason"]) == ("LogUnavailable", "LogUnavailable")
    assert str(error) in trained.headline["message"]
    trained.server.refusals.clear()
    trained.serve(PODS, trained.server.objects["pods", TRAINER])
    trained.server.logs[TRAINER] = [at(80).to_line()]
    trained.passes(300)
    trained.reconcile()
    trained.reconcile()
    assert (trained.headline["reason"], trained.status["training"]["step"]) == ("Training", 80)


def test_a_pod_that_is_gone_when_it_is_read_is_left_to_the_watch(trained):
    trained.passes(1800 + 300)
    trained.reconcile()
    trained.reconcile()
    assert (trained.status["phase"], trained.server.deletions) == ("Training", [])
    trained.store.drop_pod(trained.server.remove("pods", TRAINER))
    trained.put_job(job("train", **failed()))
    trained.reconcile()
    assert (trained.status["phase"], trained.status["training"]["preemptions"]) == ("Queued", 1)


def test_a_pod_that_its_job_no_longer_controls_is_not_read(trained):
    known = trained.server.objects["pods", TRAINER]
    orphan = {**known, "metadata": {**known["metadata"], "ownerReferences": []}}
    trained.serve(PODS, trained.server.put("pods", orphan))
    trained.passes(1800 + 300)
    assert ("log", "read", TRAINER) not in trained.reconcile()
    assert trained.store.pods(KEY) == []


def test_an_end_that_no_watch_reported_is_found_when_the_pod_is_read(trained):
    words = termination_message(reasons.COMPLETED, step=100).to_bytes().decode()
    over = trained.server.put("pods", pod("train", phase="Succeeded", main=ended(0, message=words)))
    trained.serve(PODS, over)
    trained.passes(1800 + 300)
    trained.reconcile()
    trained.reconcile()
    assert (trained.status["phase"], trained.server.deletions) == ("Succeeded", [])


def test_a_pod_that_does_not_start_is_read_before_it_is_stopped(skipping):
    skipping.reconcile()
    skipping.put_pod(pod("train", phase="Pending", init=running(), main=INITIALIZING))
    skipping.serve(PODS, skipping.server.objects["pods", TRAINER])
    skipping.reconcile()
    assert skipping.status["phase"] == "Starting"
    skipping.passes(3600)
    requests = skipping.reconcile()
    assert [each[:2] for each in requests if each[1] in ("pods", "read")] == [("list", "pods")]
    assert skipping.server.deletions == []
    skipping.reconcile()
    assert skipping.server.deletions == [("pets-train-1", "uid-of-pets-train-1", "Foreground")]
    assert skipping.status["stops"][0]["reason"] == "StartTimedOut"


def test_a_pod_that_does_not_start_and_cannot_be_read_is_never_stopped(skipping):
    skipping.reconcile()
    skipping.put_pod(pod("train", phase="Pending", init=running(), main=INITIALIZING))
    skipping.server.refusals["pods"] = TimeoutError()
    for _ in range(20):
        skipping.reconcile()
        skipping.passes(600)
    assert (skipping.status["phase"], skipping.server.deletions) == ("Starting", [])


# What waits on a node


INLINE = {"pipelineConfig": {"inline": "model {}"}, "validation": {"policy": "Skip"}}


def test_what_holds_a_node_and_waits_without_saying_why_is_asked_about(skipping):
    """A volume that cannot be mounted is only reported by events, and its pod holds its GPUs."""
    skipping.reconcile()
    creating = pod("train", phase="Pending", init=waiting("ContainerCreating"), main=INITIALIZING)
    skipping.put_pod(creating)
    skipping.serve(EVENTS, event(creating, "FailedMount", 'MountVolume.SetUp failed for volume "data" : exit status 32'))
    skipping.reconcile()
    skipping.passes(10)
    assert ("list", "events") in verbs(skipping.reconcile())
    assert (skipping.status["phase"], skipping.headline["reason"]) == ("Starting", "VolumeNotMounted")


def test_a_config_map_that_is_missing_is_created_again_while_the_run_waits(cluster):
    cluster.apply(generation=2, **INLINE)
    cluster.reconcile()
    (name,) = (name for plural, name in cluster.server.objects if plural == "configmaps")
    cluster.server.remove("configmaps", name)
    creating = pod("train", phase="Pending", init=waiting("ContainerCreating"), main=INITIALIZING)
    cluster.put_pod(creating)
    words = f'MountVolume.SetUp failed for volume "detector-training-config" : configmap "{name}" not found'
    cluster.serve(EVENTS, event(creating, "FailedMount", words))
    cluster.reconcile()
    cluster.passes(10)
    cluster.reconcile()
    assert ("configmaps", name) in cluster.server.objects
    assert cluster.headline["reason"] == "ConfigMapNotFound"


def test_a_config_map_that_a_container_misses_is_created_again_while_the_run_waits(cluster):
    cluster.apply(generation=2, **INLINE)
    cluster.reconcile()
    (name,) = (name for plural, name in cluster.server.objects if plural == "configmaps")
    cluster.server.remove("configmaps", name)
    missing = waiting("CreateContainerConfigError", f'configmap "{name}" not found')
    cluster.put_pod(pod("train", phase="Pending", init=missing, main=INITIALIZING))
    cluster.reconcile()
    cluster.passes(10)
    assert ("create", "configmaps", name) in cluster.reconcile()
    assert ("configmaps", name) in cluster.server.objects


# Retries and what is left


@pytest.fixture
def retried(cluster):
    """A training that has crashed twice, and resumes."""
    cluster.apply(validation={"policy": "Skip"})
    for attempt in (1, 2):
        cluster.put_job(job("train", attempt, **failed()))
        cluster.put_pod(pod("train", attempt, phase="Failed", main=ended(70)))
    cluster.put_job(job("train", 3))
    cluster.put_pod(pod("train", 3, phase="Pending", node=None, init={}, main={}))
    return cluster


def test_an_old_job_is_deleted_once_it_is_counted(retried):
    assert verbs(retried.reconcile())[:3] == [EVENT, EVENT, STATUS]
    assert retried.status["training"]["restarts"] == 2
    assert retried.reconcile() == [("delete", "jobs", "pets-train-1")]
    assert retried.reconcile() == []
    assert retried.status["training"]["restarts"] == 2


def test_why_a_validation_is_done_again_is_that_of_the_newest_one_although_an_older_one_is_left(cluster):
    cluster.reconcile()
    cluster.put_pod(pod("validate", phase="Failed", main=ended(137, reason="OOMKilled")))
    cluster.reconcile()
    assert cluster.status["failure"]["reason"] == "OOMKilled"
    cluster.passes(10)
    assert ("create", "jobs", "pets-validate-2") in cluster.reconcile()
    cluster.reconcile()
    cluster.job_is_gone("pets-validate-2")
    cluster.reconcile()
    assert "pets-validate-2 was deleted" in cluster.status["failure"]["message"]
    cluster.reconcile()
    assert "pets-validate-2 was deleted" in cluster.status["failure"]["message"]


def test_an_old_job_that_may_not_be_deleted_holds_nothing_up(retried, caplog):
    retried.reconcile()
    retried.server.refuse("jobs", 403, "jobs is forbidden")
    retried.reconcile()
    assert retried.requeues[-1] == (KEY, 10)
    assert "old Job pets-train-1: jobs is forbidden" in caplog.text


def test_a_resource_that_is_being_deleted_is_left_alone(cluster):
    cluster.store.resource(KEY)["metadata"]["deletionTimestamp"] = T0.isoformat()
    assert cluster.reconcile() == []


def test_a_resource_that_is_gone_is_forgotten(cluster):
    cluster.put_job(job("validate"))
    cluster.put_pod(pod("validate", phase="Pending", node=None, init={}, main={}))
    cluster.reconcile()
    assert cluster.events._queries.keys() == {KEY}
    cluster.store.drop_resource(cluster.store.resource(KEY))
    assert cluster.reconcile() == []
    assert cluster.events._queries == {}


def test_the_runs_of_an_earlier_resource_of_the_name_are_stopped_and_waited_for(cluster):
    cluster.put_job(job("train", owner="another-uid"))
    cluster.put_pod(pod("train"))
    cluster.server.logs[TRAINER] = []
    requests = verbs(cluster.reconcile())
    assert requests.index(STATUS) < requests.index(DELETE)
    assert CREATE not in requests
    assert cluster.server.deletions == [("pets-train-1", "uid-of-pets-train-1", "Foreground")]


def test_the_job_of_a_training_that_is_done_is_deleted_although_a_sidecar_runs_on(trained):
    given = with_container(pod("train", main=ended(0)), "istio-proxy", running())
    trained.put_pod(given)
    trained.reconcile()
    assert (trained.status["phase"], trained.server.deletions) == ("Succeeded", [])
    trained.passes(60)
    trained.reconcile()
    assert trained.server.deletions == [("pets-train-1", "uid-of-pets-train-1", "Background")]


def test_what_waits_without_saying_why_is_asked_about_later(cluster):
    cluster.reconcile()
    cluster.reconcile()
    assert cluster.requeues[-1] == (KEY, 10)
    cluster.now += timedelta(seconds=10)
    assert verbs(cluster.reconcile()) == [("list", "events")]


def test_what_waits_and_reports_why_is_not_asked_about(cluster):
    cluster.reconcile()
    cluster.put_pod(pod("validate", phase="Pending", init=waiting("ImagePullBackOff", "no such image"), main={}))
    assert ("list", "events") not in verbs(cluster.reconcile())


def test_every_request_from_apply_to_the_end(cluster):
    assert verbs(cluster.reconcile()) == [CREATE, EVENT, STATUS]
    cluster.put_pod(pod("validate", phase="Pending", init=INITIALIZING, main=INITIALIZING))
    assert verbs(cluster.reconcile()) == [STATUS]  # when its pod was assigned to a node
    cluster.put_pod(pod("validate"))
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    cluster.put_pod(pod("validate", phase="Succeeded", main=ended(0, message=passed().message.to_bytes().decode())))
    assert verbs(cluster.reconcile()) == [EVENT, EVENT, STATUS, CREATE]
    cluster.put_job(job("validate", **complete()))
    cluster.reconcile()
    cluster.put_pod(pod("train", phase="Pending", init=INITIALIZING, main=INITIALIZING))
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    assert cluster.status["phase"] == "Starting"
    cluster.server.logs[TRAINER] = []
    cluster.put_pod(pod("train"))
    assert verbs(cluster.reconcile()) == [EVENT, STATUS]
    cluster.put_pod(
        pod("train", phase="Succeeded", main=ended(0, message=termination_message(reasons.COMPLETED).to_bytes().decode()))
    )
    assert verbs(cluster.reconcile()) == [("log", "read"), EVENT, STATUS]
    cluster.put_job(job("train", **complete()))
    assert (cluster.status["phase"], cluster.reconcile()) == ("Succeeded", [])

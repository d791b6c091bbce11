"""Which runs exist, how far they are, and whether they may still write."""

from __future__ import annotations

import json

import pytest

from detector_operator.api import RetryClass
from detector_operator.observe import observe
from detector_operator.reconcile.run_end import classify_training
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import (
    OWNER,
    complete,
    disrupted,
    ended,
    failed,
    job,
    pod,
    running,
    seconds,
    stopped,
    unscheduled,
    waiting,
    with_container,
)

SAVED = json.dumps({"reason": "Stopped", "message": "Stopped at step 12.", "step": 12, "lastCheckpointStep": 12})
CREATING = waiting("ContainerCreating")
INITIALIZING = waiting("PodInitializing")
GONE = seconds(40)


def seen(jobs, pods, **more):
    return observe(jobs, pods, owner=OWNER, **more)


def only_run(jobs, pods, **more):
    (run,) = seen(jobs, pods, **more)
    return run


def over(code, **facts):
    """A pod whose train container has ended."""
    return pod(phase="Failed" if code else "Succeeded", main=ended(code, message=SAVED if code == 75 else None), **facts)


# How far a run is: (jobs, pods, state)
STATES = {
    "just created": ([job()], [], RunState.PENDING),
    "no node takes it": ([job()], [unscheduled("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.")], RunState.PENDING),
    "its pod is not scheduled yet": ([job()], [pod(phase="Pending", node=None, init={}, main={})], RunState.PENDING),
    "on a node of which nothing is known yet": ([job()], [pod(phase="Pending", init={}, main={})], RunState.STARTING),
    "its image is pulled or its volumes are mounted": (
        [job()],
        [pod(phase="Pending", init=CREATING, main=INITIALIZING)],
        RunState.STARTING,
    ),
    "its image cannot be pulled": (
        [job()],
        [pod(phase="Pending", init=waiting("ImagePullBackOff"), main=INITIALIZING)],
        RunState.STARTING,
    ),
    "preflight": ([job()], [pod(phase="Pending", init=running(), main=INITIALIZING)], RunState.STARTING),
    "preflight has ended": ([job()], [pod(phase="Pending", init=ended(0, 4), main=INITIALIZING)], RunState.STARTING),
    "it trains": ([job()], [pod()], RunState.RUNNING),
    "the Job failed": ([job(**failed())], [over(70)], RunState.ENDED),
    "the Job is complete": ([job(**complete())], [over(0)], RunState.ENDED),
    "the Job failed and its pod still stops": ([job(**failed())], [pod(deleted=GONE)], RunState.RUNNING),
    "its pod was deleted and still stops": ([job()], [pod(deleted=GONE)], RunState.RUNNING),
    "its pod was deleted and is over, and the Job has not counted it": ([job()], [over(75, deleted=GONE)], RunState.PENDING),
    "the Job is deleted and its pod still stops": ([job(deleted=GONE)], [pod(deleted=GONE)], RunState.RUNNING),
    "the Job is deleted and its pod is not deleted yet": ([job(deleted=GONE)], [pod()], RunState.RUNNING),
    "the Job is deleted and its pod never got a node": (
        [job(deleted=GONE)],
        [pod(phase="Pending", node=None, init={}, main={}, deleted=GONE)],
        RunState.PENDING,
    ),
    "the Job is deleted and its pod is over": ([job(deleted=GONE)], [over(75, deleted=GONE)], RunState.ENDED),
    "the Job is deleted and its pod is gone": ([job(deleted=GONE)], [], RunState.ENDED),
    "the Job is gone and its pod still stops": ([], [pod(deleted=GONE)], RunState.RUNNING),
    "the Job is gone and its pod trains on": ([], [pod()], RunState.RUNNING),
    "the Job is gone and its pod is over": ([], [over(75, deleted=GONE)], RunState.ENDED),
    "its queue has not admitted it": ([job(suspend=True)], [], RunState.PENDING),
    "its queue takes its place away": ([job(suspend=True)], [pod(deleted=GONE)], RunState.RUNNING),
}


@pytest.mark.parametrize(("jobs", "pods", "state"), STATES.values(), ids=STATES)
def test_a_run_has_ended_when_nothing_of_it_can_write(jobs, pods, state):
    run = only_run(jobs, pods)
    assert run.state is state
    assert (run.exit_code is None and run.signal is None and run.cause is None and run.message is None) or not run.live


# The state of a validation: (init container, main container, state)
VALIDATIONS = {
    "its image is pulled": (CREATING, INITIALIZING, RunState.STARTING),
    "its config is validated": (running(), INITIALIZING, RunState.RUNNING),
    "its config is valid": (ended(0, 4), INITIALIZING, RunState.RUNNING),
    "its records are validated": (ended(0, 4), running(), RunState.RUNNING),
}


@pytest.mark.parametrize(("init", "main", "state"), VALIDATIONS.values(), ids=VALIDATIONS)
def test_a_validation_runs_as_soon_as_one_of_our_containers_has_started(init, main, state):
    assert only_run([job("validate")], [pod("validate", init=init, main=main)]).state is state


@pytest.mark.parametrize("kind", ["validate", "train"])
def test_a_container_that_someone_added_starts_nothing(kind):
    given = pod(kind, phase="Pending", init=INITIALIZING, main=INITIALIZING)
    with_container(given, "istio-init", running(), init=True, first=True)
    with_container(given, "istio-proxy", running())
    assert only_run([job(kind)], [given]).state is RunState.STARTING


# A run is judged by its train container


@pytest.mark.parametrize("job_status", [{}, complete()], ids=["the Job waits for the sidecar", "the Job is complete"])
def test_a_training_that_exits_with_0_has_ended_although_a_sidecar_runs_on(job_status):
    run = only_run([job(**job_status)], [with_container(pod(main=ended(0)), "istio-proxy", running())])
    assert (run.state, run.exit_code, run.lingering, run.stored) == (RunState.ENDED, 0, True, True)


def test_a_training_that_fails_has_ended_although_a_sidecar_runs_on():
    run = only_run([job()], [with_container(pod(main=ended(70)), "istio-proxy", running())])
    assert (run.state, run.exit_code, run.lingering) == (RunState.ENDED, 70, True)


def test_a_run_without_a_container_that_runs_on_does_not_linger():
    assert [only_run([job(**complete())], [over(0)]).lingering, only_run([job()], [pod()]).lingering] == [False, False]
    assert only_run([job(deleted=GONE)], []).lingering is False


@pytest.mark.parametrize("code", [0, 65, 70, 75, 143])
def test_a_training_has_ended_although_the_job_controller_is_down(code):
    run = only_run([job()], [over(code)])
    assert (run.state, run.waiting) == (RunState.ENDED, None)
    assert (run.exit_code, run.signal) == ((None, 15) if code == 143 else (code, None))


def test_a_training_whose_init_container_failed_has_ended_although_the_job_controller_is_down():
    run = only_run([job()], [pod(phase="Failed", init=ended(78), main=INITIALIZING)])
    assert (run.state, run.exit_code, run.container) == (RunState.ENDED, 78, "preflight")


def test_a_training_that_is_done_has_succeeded_whatever_happens_to_its_pod_and_job_meanwhile():
    evicted = disrupted("EvictionByEvictionAPI", "Eviction API: evicting")
    run = only_run([job(suspend=True)], [over(0, deleted=GONE, conditions=[evicted])])
    assert (run.state, run.exit_code, run.cause) == (RunState.ENDED, 0, None)


@pytest.mark.parametrize("code", [70, 75, 143])
def test_a_training_that_a_queue_suspended_stays_live_and_waits_for_the_queue(code):
    run = only_run([job(suspend=True)], [over(code, deleted=GONE)])
    assert (run.state, run.exit_code, run.cause) == (RunState.PENDING, None, None)
    assert run.waiting.reason == "JobSuspended"


def test_a_training_that_a_queue_suspended_as_it_crashed_stays_live_until_the_job_counts_it():
    assert only_run([job(suspend=True)], [over(70)]).state is RunState.PENDING
    assert only_run([job(suspend=True, **failed())], [over(70)]).state is RunState.ENDED


def test_a_training_that_a_queue_suspended_starts_again_with_its_next_pod():
    old, new = over(75, name="a", created=2, deleted=GONE), pod(name="b", created=90, phase="Pending", init={}, main={})
    run = only_run([job()], [new, old])
    assert (run.state, run.pod) == (RunState.STARTING, "b")


def test_a_run_is_live_while_an_older_pod_of_it_still_stops():
    old, new = pod(name="a", created=2, deleted=GONE), over(70, name="b", created=90)
    assert only_run([job()], [new, old]).live


def test_a_resumed_job_is_where_its_newest_pod_is():
    old = pod(name="a", phase="Failed", main=ended(75), created=2)
    new = pod(name="b", phase="Pending", init=INITIALIZING, main=INITIALIZING, created=90)
    run = only_run([job()], [new, old])
    assert (run.state, run.pod) == (RunState.STARTING, "b")


# Stops


def test_a_run_is_stopping_while_its_job_has_a_deletion_timestamp():
    assert [run.stopping for run in seen([job()], [pod()])] == [False]
    assert [run.stopping for run in seen([job(deleted=GONE)], [pod()])] == [True]
    assert [run.stopping for run in seen([], [pod(deleted=GONE)])] == [True]


def test_the_reason_of_a_stop_comes_from_the_status():
    stops = [stopped("train-2", "Suspended"), stopped("validate-1", "SpecChanged")]
    runs = seen([job(attempt=1), job(attempt=2), job("validate")], [], stops=stops)
    assert [(run.key, run.stop_reason) for run in runs] == [
        ("train-1", None),
        ("train-2", "Suspended"),
        ("validate-1", "SpecChanged"),
    ]


@pytest.mark.parametrize("its_pod", [pod(), over(75), over(75, deleted=GONE)], ids=["it trains", "it ended", "it was deleted"])
def test_an_annotation_that_users_can_write_is_not_a_reason_of_a_stop(its_pod):
    annotations = {"detector-training.io/stop-reason": "TrainingStalled"}
    run = only_run([job(annotations=annotations, suspend=True)], [its_pod])
    assert (run.stop_reason, run.stopping) == (None, False)


def test_a_suspended_job_is_not_stopping():
    """A queue would resume it: only its deletion is a stop."""
    run = only_run([job(suspend=True)], [], stops=[stopped()])
    assert (run.live, run.stopping) == (True, False)


@pytest.mark.parametrize("jobs", [[job(deleted=GONE)], []], ids=["the Job waits for its pod to be deleted", "the Job is gone"])
def test_how_a_stopped_run_ended_is_read_from_its_pod(jobs):
    run = only_run(jobs, [over(75, deleted=GONE)], stops=[stopped()])
    assert (run.state, run.exit_code, run.message.reason) == (RunState.ENDED, 75, "Stopped")
    assert (run.step, run.last_checkpoint_step, run.cause) == (12, 12, None)
    assert (run.stop_reason, classify_training(run)) == ("Suspended", RetryClass.STOPPED)


def test_a_stopped_run_that_never_had_a_pod_is_not_a_deletion_by_someone():
    run = only_run([job(deleted=GONE)], [], stops=[stopped()])
    assert (run.cause, classify_training(run)) == (None, RetryClass.STOPPED)


def test_a_deleted_job_is_the_cause():
    run = only_run([], [pod(phase="Failed", main=ended(75, at=50), deleted=GONE)])
    assert (run.cause.reason, run.cause.message) == ("JobDeleted", "Job pets-train-1 was deleted.")
    assert only_run([job(deleted=GONE)], [over(75, deleted=GONE)]).cause.reason == "JobDeleted"


# What is left


def test_what_is_left_of_a_run_is_its_job_unless_it_is_being_deleted():
    assert [run.stored for run in seen([job()], [pod()])] == [True]
    assert [run.stored for run in seen([job(deleted=GONE)], [pod()])] == [False]
    assert [run.stored for run in seen([], [pod()])] == [False]


def test_runs_come_in_the_order_of_their_numbers():
    jobs = [job("train", 10), job("train", 2, **failed()), job("validate", 1, **complete())]
    assert [(run.kind.value, run.attempt) for run in seen(jobs, [])] == [("train", 2), ("train", 10), ("validate", 1)]


def test_other_jobs_and_pods_are_none_of_ours():
    foreign = job()
    foreign["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "Helm"
    odd = pod()
    odd["metadata"]["labels"]["detector-training.io/attempt"] = "x"
    other = pod()
    other["metadata"]["labels"]["detector-training.io/run"] = "export"
    bare = pod()
    del bare["metadata"]["labels"]
    assert seen([foreign], [odd, other, bare]) == ()


def owned_by(manifest, **reference):
    """The object with another owner reference; without any if none is given."""
    given = manifest["metadata"]["ownerReferences"][0]
    owners = [{**given, **reference}] if reference else []
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": owners}}


def named(manifest, name):
    return {**manifest, "metadata": {**manifest["metadata"], "name": name}}


@pytest.mark.parametrize(
    "other",
    [
        owned_by(pod()),
        owned_by(pod(), controller=False),
        owned_by(pod(), uid="uid-of-another-job"),
        owned_by(pod(), kind="ReplicaSet", apiVersion="apps/v1"),
    ],
    ids=["not owned", "not controlled", "of another Job", "not of a Job"],
)
def test_a_pod_with_our_labels_that_our_job_does_not_control_is_none_of_ours(other):
    """Anyone may label a pod: it must not be mistaken for a training."""
    assert only_run([job()], [other]).state is RunState.PENDING
    assert only_run([job()], [other]).pod is None


@pytest.mark.parametrize(
    "other",
    [
        owned_by(pod()),
        owned_by(pod(), controller=False),
        owned_by(pod(), name="pets-train-2"),
        owned_by(pod(), kind="ReplicaSet"),
    ],
    ids=["not owned", "not controlled", "of a Job of another run", "not of a Job"],
)
def test_a_pod_whose_job_is_gone_is_ours_if_a_job_of_the_runs_name_controlled_it(other):
    assert only_run([], [pod()]).state is RunState.RUNNING
    assert seen([], [other]) == ()


@pytest.mark.parametrize(
    "other",
    [
        owned_by(job()),
        owned_by(job(), controller=False),
        owned_by(job(), name="cats"),
        owned_by(job(), kind="CronJob", apiVersion="batch/v1"),
        named(job(), "another-name"),
    ],
    ids=["not owned", "not controlled", "of another resource", "of another kind", "another name"],
)
def test_a_job_with_our_labels_that_the_resource_does_not_control_is_none_of_ours(other):
    assert seen([other], []) == ()


@pytest.mark.parametrize("number", ["9" * 63, "٣", "-1", "1e3", ""])
def test_a_number_that_no_run_has_is_none_of_ours(number):
    """The next run would have a larger one, which no status can hold."""
    odd = job()
    odd["metadata"]["labels"]["detector-training.io/attempt"] = number
    assert seen([odd], []) == ()
    odd = job()
    odd["metadata"]["labels"]["detector-training.io/generation"] = number
    assert only_run([odd], []).generation == 0


def test_what_is_left_of_an_earlier_resource_of_this_name_is_of_no_generation():
    run = only_run([job(owner="another")], [pod()])
    assert (run.generation, run.state) == (0, RunState.RUNNING)
    assert only_run([], [pod(created=-60)]).generation == 0
    assert only_run([], [pod(created=2)]).generation == 1

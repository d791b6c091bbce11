"""Which runs there are, and whether they may still write."""

from __future__ import annotations

import pytest

from detector_operator.observe import Log, observe
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import OWNER, complete, ended, failed, job, pod, running, seconds, waiting
from support.trainings import after, at

STOPPED = ended(75)


def seen(jobs, pods, **more):
    return observe(jobs, pods, owner=OWNER, **more)


# Whether a run is live: (jobs, pods, state)
STATES = {
    "just created": ([job()], [], RunState.PENDING),
    "its image is pulled": ([job()], [pod(init=waiting("PodInitializing"), main=waiting("PodInitializing"))], RunState.PENDING),
    "preflight": ([job()], [pod(phase="Pending", init=running(), main=waiting("PodInitializing"))], RunState.RUNNING),
    "it trains": ([job()], [pod()], RunState.RUNNING),
    "its pod is over and the Job has not seen it": ([job()], [pod(phase="Failed", main=ended(70))], RunState.RUNNING),
    "the Job failed": ([job(**failed())], [pod(phase="Failed", main=ended(70))], RunState.ENDED),
    "the Job is complete": ([job(**complete())], [pod(phase="Succeeded", main=ended(0))], RunState.ENDED),
    "the Job failed and its pod still stops": ([job(**failed())], [pod(deleted=seconds(40))], RunState.RUNNING),
    "we suspend it": ([job(suspend=True, stop_reason="Suspended")], [pod(deleted=seconds(40))], RunState.RUNNING),
    "we have suspended it": ([job(suspend=True, stop_reason="Suspended")], [pod(phase="Failed", main=STOPPED)], RunState.ENDED),
    "we have suspended it and its pod is gone": ([job(suspend=True, stop_reason="Suspended")], [], RunState.ENDED),
    "its queue has suspended it and will resume it": ([job(suspend=True)], [pod(phase="Failed", main=STOPPED)], RunState.RUNNING),
    "the Job was deleted and its pod still stops": ([], [pod(deleted=seconds(40))], RunState.RUNNING),
    "the Job was deleted and its pod trains on": ([], [pod()], RunState.RUNNING),
    "the Job was deleted and its pod is over": ([], [pod(phase="Failed", main=STOPPED, deleted=seconds(40))], RunState.ENDED),
    "the Job waits for its pod to be collected": (
        [job(deleted=seconds(40))],
        [pod(phase="Failed", main=STOPPED)],
        RunState.ENDED,
    ),
}


@pytest.mark.parametrize(("jobs", "pods", "state"), STATES.values(), ids=STATES)
def test_a_run_has_ended_when_nothing_of_it_can_write(jobs, pods, state):
    (run,) = seen(jobs, pods)
    assert run.state is state
    assert (run.exit_code is None and run.signal is None and run.cause is None) or state is RunState.ENDED


def test_what_is_left_of_a_run_is_its_job_unless_it_is_being_deleted():
    assert [run.stored for run in seen([job()], [pod()])] == [True]
    assert [run.stored for run in seen([job(deleted=seconds(40))], [pod()])] == [False]
    assert [run.stored for run in seen([], [pod()])] == [False]


def test_a_run_is_as_old_as_its_newest_pod_and_without_one_as_its_job():
    assert [run.created for run in seen([job()], [])] == [after(1)]
    pods = [pod(name="a", phase="Failed", main=STOPPED, created=2), pod(name="b", created=90)]
    assert [run.created for run in seen([job()], pods)] == [after(90)]
    assert [run.created for run in seen([], [pod(created=2)])] == [after(2)]


def test_a_deleted_job_is_the_cause():
    (run,) = seen([], [pod(phase="Failed", main=ended(75, at=50), deleted=seconds(40))])
    assert (run.cause.reason, run.cause.message) == ("JobDeleted", "Job pets-train-1 was deleted.")


def test_a_resumed_job_is_where_its_newest_pod_is():
    old = pod(name="a", phase="Failed", main=STOPPED, created=2)
    new = pod(name="b", phase="Pending", init=waiting("PodInitializing"), main=waiting("PodInitializing"), created=90)
    (run,) = seen([job()], [new, old])
    assert (run.state, run.pod) == (RunState.PENDING, "b")


def test_runs_come_in_the_order_of_their_numbers():
    jobs = [job("train", 10), job("train", 2, **failed()), job("validate", 1, **complete())]
    assert [(run.kind.value, run.attempt) for run in seen(jobs, [])] == [("train", 2), ("train", 10), ("validate", 1)]


def test_other_jobs_and_pods_are_none_of_ours():
    foreign = job()
    foreign["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "Helm"
    odd = pod()
    odd["metadata"]["labels"]["detector-training.io/attempt"] = "x"
    bare = pod()
    del bare["metadata"]["labels"]
    assert seen([foreign], [odd, bare]) == ()


def test_what_is_left_of_an_earlier_resource_of_this_name_is_of_no_generation():
    (run,) = seen([job(owner="another")], [pod()])
    assert (run.generation, run.state) == (0, RunState.RUNNING)
    (pod_only,) = seen([], [pod(created=-60)])
    assert pod_only.generation == 0


def test_the_log_of_a_running_pod_tells_how_far_it_is():
    log = Log(since=after(20), progress=at(40, checkpoint=20), tail=("a line",))
    (run,) = seen([job()], [pod()], logs={"pets-train-1-x7k2p": log})
    assert (run.step, run.log_tail, run.heard, run.heard_since) == (40, ("a line",), True, after(20))
    assert seen([job()], [pod()])[0].heard is False


def test_a_message_that_is_not_ours_is_the_end_of_the_log():
    log = (
        "x" * 1000
        + "\r"
        + "\n".join(f"line {number}" for number in range(30))
        + '\ndetector-training: {"step": 5, "totalSteps": 9'
    )
    (run,) = seen([job(**failed())], [pod(phase="Failed", main=ended(1, message=log))])
    assert len(run.log_tail) == 20
    assert (run.log_tail[-2], run.progress) == ("line 29", None)

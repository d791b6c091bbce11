"""Given a Job or a pod that was deleted: whether that ended the run."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from detector_operator.reconcile.run_end import classify_training
from support.kubernetes_objects import ended, failed, job, seconds, stopped
from support.observed import STOPPED, assert_end, failed_pod, only_run


def test_a_pod_that_was_deleted():
    its_pod = failed_pod(ended(75, at=50, message=STOPPED), deleted=seconds(40))
    assert_end(its_pod, RetryClass.INTERRUPTED, "PodDeleted", "pets-train-1-x7k2p was deleted.", "spec.suspend")


def test_a_pod_that_was_deleted_after_it_had_crashed():
    assert_end(failed_pod(ended(70, at=30), deleted=seconds(40)), RetryClass.FAILED, "Unclassified", "exit code 70", "")


@pytest.mark.parametrize("code", [70, 75])
def test_a_deleted_pod_is_live_until_its_job_counts_it(code):
    """A queue may have deleted it, and the Job resumes."""
    assert only_run([job()], [failed_pod(ended(code), deleted=seconds(40))]).live


def test_a_deletion_by_a_user_is_not_a_stop_by_the_operator():
    given = failed_pod(ended(137, at=170), deleted=seconds(40))
    assert only_run([job(deleted=seconds(39))], [given], stops=[stopped()]).cause is None
    assert only_run([job(deleted=seconds(39))], [given]).cause.reason == "JobDeleted"
    assert only_run([job(**failed())], [given], stops=[stopped()]).cause is None


def test_a_run_that_crashed_before_its_job_was_deleted_is_a_failure():
    assert only_run([job(deleted=seconds(40))], [failed_pod(ended(70, at=30), deleted=seconds(41))]).cause is None


def test_a_pod_of_which_nothing_is_known():
    assert only_run([job(**failed())], []).cause.message == (
        "The pod of pets-train-1 was deleted before its exit status was observed."
    )


@pytest.mark.parametrize("at", [-2100, 30, 50, 2100], ids=["35 min behind", "before", "after", "35 min ahead"])
@pytest.mark.parametrize(("code", "how"), [(75, RetryClass.INTERRUPTED), (143, RetryClass.INTERRUPTED), (70, RetryClass.FAILED)])
def test_the_clock_of_a_node_does_not_decide_whether_a_pod_was_deleted_before_it_ended(code, at, how):
    run = only_run([job(**failed())], [failed_pod(ended(code, at=at), deleted=seconds(40))])
    assert (run.cause.reason if run.cause is not None else None, classify_training(run)) == (
        "PodDeleted" if how is RetryClass.INTERRUPTED else None,
        how,
    )

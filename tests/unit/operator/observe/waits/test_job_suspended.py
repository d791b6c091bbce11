"""Given a suspended Job: it waits for its queue."""

from __future__ import annotations

from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import job, stopped
from support.observed import only_run


def test_a_job_that_its_queue_has_not_admitted_waits_for_it():
    run = only_run([job(suspend=True)], [])
    assert (run.state, run.waiting.reason) == (RunState.PENDING, "JobSuspended")
    assert run.waiting.message == "Job pets-train-1 is suspended: its queue has not admitted it."
    assert run.waiting.hint == "`kubectl describe job pets-train-1` shows the events of its queue."


def test_a_run_that_the_operator_stops_does_not_wait_for_a_queue():
    assert only_run([job(suspend=True)], [], stops=[stopped()]).waiting is None

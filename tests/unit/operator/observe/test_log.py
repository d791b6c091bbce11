"""Nothing is known of a log that was not read."""

from __future__ import annotations

from detector_operator.observe import Log
from detector_operator.reconcile.runs import LogView
from support.kubernetes_objects import ended, job, pod
from support.observed import STOPPED, failed_pod, only_run
from support.trainings import after, at


def test_the_log_of_a_running_pod_reports_the_progress():
    view = LogView(read_at=after(20), attempted_at=after(25), unavailable_since=after(25), error="connection refused")
    log = Log(view, progress=at(40, checkpoint=20), tail=("a line",))
    run = only_run([job()], [pod()], logs={"pets-train-1-x7k2p": log})
    assert (run.step, run.last_checkpoint_step, run.log_tail, run.log) == (40, 20, ("a line",), view)


def test_a_log_that_was_not_read():
    view = LogView(read_at=None, attempted_at=None, without_progress_since=None, unavailable_since=None, error="")
    assert only_run([job()], [pod()]).log == only_run([job()], []).log == Log().view == view


def test_the_log_of_an_earlier_pod_is_not_that_of_the_run():
    old = failed_pod(ended(75, message=STOPPED), name="a", created=2)
    run = only_run([job()], [old, pod(name="b", created=90)], logs={"a": Log(LogView(read_at=after(20)), at(40))})
    assert (run.step, run.log.read_at) == (None, None)

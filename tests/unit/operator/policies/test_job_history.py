"""Jobs of runs that have ended: deleted once recorded, the newest of each kind after ttlSecondsAfterFinished."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase, Status, TrainingStatus
from detector_operator.policies.job_history import prune_finished_jobs
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import RunState
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.decisions import deleted
from support.trainings import T0, after, at, decided, passed, rejected, termination_message, train_run, training, validate_run


def crashed(attempt, **facts):
    return train_run(attempt, signal=9, stored=True, **facts)


# Earlier runs


def test_of_the_runs_that_have_ended_the_newest_is_kept_and_the_others_go_once_their_count_is_written():
    runs = [passed(stored=True), *(crashed(attempt) for attempt in (1, 2, 3)), train_run(4, stored=True)]
    first = decided(training(), (runs, after(30)))
    assert (deleted(first), first.status.training.restarts) == ([], 3)
    second = decided(training(status=first.status), (runs, after(31)))
    assert (deleted(second), second.status) == (["train-1", "train-2"], first.status)
    left = [runs[0], *runs[3:]]
    third = decided(training(status=second.status), (left, after(32)))
    assert (deleted(third), third.status) == ([], first.status)


def test_what_is_deleted_already_is_not_deleted_again():
    runs = [passed(), train_run(1, signal=9), crashed(2), train_run(3)]
    status = decided(training(), (runs, after(30))).status
    assert deleted(decided(training(status=status), (runs, after(31)))) == []


def test_what_still_runs_is_never_deleted():
    runs = [passed(), train_run(1, stored=True), crashed(2)]
    assert deleted(decided(training(), (runs, after(30)), (runs, after(31)), (runs, after(90_000)))) == ["train-2"]


def test_old_runs_go_also_while_mere_progress_is_not_written():
    runs = [passed(), crashed(1), crashed(2), train_run(3, progress=at(40))]
    status = decided(training(), (runs, after(30))).status
    runs[-1] = train_run(3, progress=at(41))
    decision = decided(training(status=status), (runs, after(31)), progress_interval=PROGRESS_INTERVAL)
    assert (deleted(decision), decision.status) == (["train-1"], status)


@pytest.mark.parametrize(
    "end", [{"state": RunState.ENDED}, {"signal": 9}, {"exit_code": 75}], ids=["its node went away", "killed", "stopped"]
)
def test_interrupted_and_crashed_validations_of_one_spec_are_deleted(end):
    runs = [validate_run(attempt, stored=True, **end) for attempt in (1, 2)]
    decision = decided(training(), (runs, T0), ([*runs, validate_run(3, stored=True)], after(100)))
    assert deleted(decision) == ["validate-1"]


def test_the_validation_that_was_not_recorded_yet_is_kept():
    runs = [validate_run(1, signal=9, stored=True), validate_run(2, signal=9, stored=True)]
    assert deleted(decided(training(), (runs[:1], T0), (runs, after(20)))) == ["validate-1"]
    assert deleted(decided(training(), (runs, T0))) == []


def test_runs_of_an_earlier_spec_go_and_those_of_an_earlier_resource_are_left_to_the_garbage_collector():
    earlier = [passed(1, stored=True), crashed(2), crashed(3), crashed(1, generation=0)]
    spec = {"generation": 2, "numSteps": 200}
    runs = [*earlier, passed(2, generation=2, stored=True), train_run(4, generation=2, stored=True)]
    before = decided(training(), (earlier, after(20))).status
    decision = decided(training(status=before, **spec), (runs, after(30)), (runs, after(31)))
    assert set(deleted(decision)) == {"validate-1", "train-2"}


# The newest run


def succeeded(**facts):
    return train_run(exit_code=0, stored=True, **facts)


@pytest.mark.parametrize(("spec", "seconds"), [({}, 600), ({"ttlSecondsAfterFinished": 5}, 5)], ids=["by default", "as set"])
def test_the_newest_runs_are_kept_for_the_ttl_and_then_deleted_although_the_training_is_over(spec, seconds):
    runs = [passed(stored=True), succeeded()]
    seen = ([passed(stored=True)], T0), (runs, T0)
    waiting = decided(training(**spec), *seen, (runs, after(seconds - 1)))
    assert (waiting.status.phase, waiting.actions, waiting.requeue_at) == (Phase.SUCCEEDED, (), after(seconds))
    due = decided(training(**spec), *seen, (runs, after(seconds)))
    assert (deleted(due), due.status.phase) == (["validate-1", "train-1"], Phase.SUCCEEDED)
    over = decided(training(**spec), *seen, (runs, after(seconds)), ([], after(seconds + 1)))
    assert (over.status, over.actions, over.requeue_at) == (due.status, (), None)


def test_with_a_ttl_of_0_a_run_goes_as_soon_as_its_end_is_written():
    resource = training(ttlSecondsAfterFinished=0)
    runs = [passed(), succeeded()]
    assert deleted(decided(resource, (runs, T0))) == []
    assert deleted(decided(resource, (runs, T0), (runs, T0))) == ["train-1"]


ENDED_STATES = {
    "Rejected": ([rejected(stored=True)], ["validate-1"]),
    "Failed": ([passed(), train_run(exit_code=65, message=termination_message("DataError"), stored=True)], ["train-1"]),
    "Succeeded": ([passed(), succeeded()], ["train-1"]),
}


@pytest.mark.parametrize(
    ("phase", "runs", "expected"), [(name, *given) for name, given in ENDED_STATES.items()], ids=ENDED_STATES
)
def test_every_terminal_state_is_woken_for_the_ttl(phase, runs, expected):
    decision = decided(training(), (runs, T0), (runs, after(1)))
    assert (decision.status.phase.value, decision.actions, decision.requeue_at) == (phase, (), after(600))
    assert deleted(decided(training(), (runs, T0), (runs, after(600)))) == expected


def test_the_ttl_counts_from_when_the_end_was_first_observed():
    runs = [passed(), succeeded()]
    seen = ([passed(), train_run(stored=True)], T0), (runs, after(5000))
    assert decided(training(), *seen, (runs, after(5001))).requeue_at == after(5600)


def test_a_raised_ttl_keeps_what_is_still_there():
    runs = [passed(), succeeded()]
    status = decided(training(), (runs, T0)).status
    raised = decided(training(2, status, ttlSecondsAfterFinished=5000), (runs, after(600)))
    assert (raised.actions, raised.requeue_at, raised.status.phase) == ((), after(5000), Phase.SUCCEEDED)


def test_a_validation_that_passed_goes_after_the_ttl_although_the_training_runs():
    runs = [passed(stored=True), train_run(progress=at(1))]
    assert deleted(decided(training(), (runs, T0), (runs, after(599)))) == []
    assert deleted(decided(training(), (runs, T0), (runs, after(600)))) == ["validate-1"]


def test_a_training_that_crashed_goes_after_the_ttl_although_the_next_one_runs():
    runs = [passed(), crashed(1), train_run(2, stored=True, progress=at(1))]
    seen = (runs[:2], T0), (runs, after(10))
    assert deleted(decided(training(), *seen, (runs, after(599)))) == []
    assert deleted(decided(training(), *seen, (runs, after(600)))) == ["train-1"]


def test_the_last_run_of_an_earlier_spec_goes_after_the_ttl_although_no_run_of_the_new_spec_replaces_it():
    runs = [passed(1), train_run(1, exit_code=65, stored=True)]
    before = decided(training(), (runs, T0)).status
    runs = [*runs, rejected(2, generation=2)]
    seen = (runs, after(20)), (runs, after(100)), (runs, after(1000))
    decision = decided(training(2, before, numSteps=200), *seen)
    assert (decision.status.phase, deleted(decision)) == (Phase.REJECTED, ["train-1"])


def test_the_run_that_failed_before_a_retry_was_requested_goes_after_the_ttl():
    runs = [passed(1), train_run(1, exit_code=65, stored=True)]
    failed = decided(training(), (runs, T0)).status
    resource = training(status=failed)
    metadata = resource.metadata.model_copy(update={"annotations": {"detector-training.io/retry": "1"}})
    resource = resource.model_copy(update={"metadata": metadata})
    runs = [*runs, rejected(2)]
    decision = decided(resource, (runs, after(20)), (runs, after(100)), (runs, after(1000)))
    assert (decision.status.phase, deleted(decision)) == (Phase.REJECTED, ["train-1"])


def test_a_run_that_ended_by_itself_before_it_could_be_stopped_goes_after_the_ttl():
    resource = training(activeDeadlineSeconds=60)
    live, ended = [passed(), train_run(stored=True)], [passed(), crashed(1, stop_reason=reasons.DEADLINE_EXCEEDED)]
    seen = (live, T0), (live, after(60)), (ended, after(61)), (ended, after(1000))
    decision = decided(resource, *seen)
    assert (decision.status.phase, deleted(decision)) == (Phase.FAILED, ["train-1"])


# Containers that keep the pod of a run that has ended


def test_a_container_of_someone_else_keeps_the_gpus_of_a_finished_training_for_a_minute_at_most():
    runs = [passed(), succeeded(lingering=True)]
    waiting = decided(training(), (runs, T0), (runs, after(59)))
    assert (waiting.status.phase, waiting.actions, waiting.requeue_at) == (Phase.SUCCEEDED, (), after(60))
    assert deleted(decided(training(), (runs, T0), (runs, after(60)))) == ["train-1"]


def test_a_ttl_below_a_minute_holds_for_a_lingering_pod_too():
    runs = [passed(), succeeded(lingering=True)]
    assert decided(training(ttlSecondsAfterFinished=5), (runs, T0), (runs, T0)).requeue_at == after(5)


# that the next run waits for.
def test_a_container_of_someone_else_does_not_keep_the_gpus_that_the_next_run_waits_for():
    runs = [passed(), crashed(1, lingering=True), train_run(2, state=RunState.PENDING, node=None, stored=True)]
    seen = (runs[:2], T0), (runs[:2], after(10)), (runs, after(11)), (runs, after(60))
    assert deleted(decided(training(), *seen)) == ["train-1"]


# After a stop


def test_a_run_that_was_stopped_and_is_recorded_is_kept_for_the_ttl_while_suspended():
    run = train_run(exit_code=75, stop_reason=reasons.SUSPENDED, stored=True)
    seen = ([passed(), run], T0), ([passed(), run], after(1))
    assert decided(training(suspend=True), *seen).requeue_at == after(600)
    assert deleted(decided(training(suspend=True), *seen, ([passed(), run], after(600)))) == ["train-1"]


@pytest.mark.parametrize(
    ("counted", "phase", "generation", "gone"),
    [
        (None, Phase.QUEUED, 1, []),
        (1, Phase.QUEUED, 1, [1]),
        (2, Phase.QUEUED, 1, [1, 2]),
        (None, Phase.FAILED, 1, [1, 2]),
        (None, Phase.QUEUED, 2, []),
    ],
    ids=["no end is recorded", "the first", "both", "the training has ended", "a status of another spec"],
)
def test_a_job_is_kept_until_its_end_is_in_the_status(counted, phase, generation, gone):
    """Of an operator that ended before it wrote: the end is observed again."""
    status = Status(spec_generation=1, phase=phase, training=TrainingStatus(attempt=3, counted=counted))
    runs = tuple(crashed(attempt) for attempt in (1, 2, 3))
    context = ReconcileContext("pets", generation, generation, training().spec, status, runs, Timer(T0))
    assert [action.run.attempt for action in prune_finished_jobs(context)] == gone


@pytest.mark.parametrize(
    ("facts", "gone"),
    [({}, True), ({"stored": False}, False), ({"generation": 0}, False)],
    ids=["stored", "nothing is left", "of an earlier resource"],
)
def test_only_jobs_of_this_resource_that_exist_are_deleted(facts, gone):
    status = Status(spec_generation=1, training=TrainingStatus(attempt=2, counted=2))
    runs = (train_run(1, signal=9, **{"stored": True, **facts}), crashed(2))
    context = ReconcileContext("pets", 1, 1, training().spec, status, runs, Timer(T0))
    assert bool(prune_finished_jobs(context)) is gone


@pytest.mark.parametrize(
    ("ttl", "lingering", "kept"),
    [(30, False, 30), (30, True, 30), (60, True, 60), (61, True, 60), (3600, True, 60), (61, False, 61)],
)
def test_a_pod_that_an_injected_container_keeps_is_deleted_within_a_minute(ttl, lingering, kept):
    run = train_run(1, exit_code=0, stored=True, lingering=lingering)
    resource = training(ttlSecondsAfterFinished=ttl)
    status = decided(resource, ([passed(), run], T0)).status
    for seconds, gone in ((kept - 1, []), (kept, ["train-1"])):
        decision = decided(resource.model_copy(update={"status": status}), ([passed(), run], after(seconds)))
        assert deleted(decision) == gone

"""Starting the training and following it."""

from __future__ import annotations

import math

import pytest

from detector_operator.api import FailureStatus, LatestRun, Phase, RetryClass, Status, TrainingStatus
from detector_operator.policies.training import policy
from detector_operator.reconcile.actions import CreateConfigMap, StartTraining, StopRun
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.decisions import conditions, events, headline
from support.trainings import T0, after, at, decided, passed, train_run, training, validate_run

NO_GPU = ConditionReason(reasons.UNSCHEDULABLE, "No node takes it: 2 Insufficient nvidia.com/gpu.", "Add a node.")
NO_VOLUME = ConditionReason(reasons.PVC_NOT_BOUND, "PersistentVolumeClaim data is not bound.")


def pending(**facts):
    return train_run(state=RunState.PENDING, node=None, **facts)


def starting(**facts):
    return train_run(state=RunState.STARTING, pod="pets-train-1-x", node="gpu-1", **facts)


# Phases


def test_a_training_without_a_node_is_queued():
    decision = decided(training(), ([passed(), pending()], after(20)))
    assert (decision.status.phase, decision.status.reason, decision.actions) == (Phase.QUEUED, None, ())
    assert (headline(decision).reason, headline(decision).message) == ("Queued", "Waiting for Job pets-train-1 to start.")


def test_a_training_whose_init_containers_run_is_starting():
    decision = decided(training(), ([passed(), starting()], after(20)))
    assert (decision.status.phase, decision.status.reason, decision.actions) == (Phase.STARTING, None, ())
    assert conditions(decision.status)["Training"] == ("False", "Starting")
    assert headline(decision).message == "Starting (Job pets-train-1, pod pets-train-1-x on node gpu-1)."


def test_a_training_whose_main_container_runs_is_training():
    decision = decided(training(), ([passed(), train_run()], after(20)))
    assert (decision.status.phase, decision.status.reason, decision.actions) == (Phase.TRAINING, None, ())
    assert conditions(decision.status)["Training"] == ("True", "Training")
    assert headline(decision).message == "Training (Job pets-train-1)."


# Progress


def test_progress_is_in_the_status():
    decision = decided(training(), ([passed(), train_run(progress=at(40, checkpoint=20))], after(30)))
    status = decision.status.training
    assert decision.status.phase is Phase.TRAINING
    assert (status.progress, status.step, status.total_steps, status.loss) == ("40/100", 40, 100, 1.235)
    assert (status.steps_per_second, status.seconds_remaining, status.last_checkpoint_step) == (2.0, 30, 20)


def test_a_loss_that_json_cannot_hold_is_left_out():
    decision = decided(training(), ([passed(), train_run(progress=at(40, loss=math.nan))], after(30)))
    assert decision.status.training.loss is None


def test_progress_moves_no_condition_and_makes_no_event():
    first = decided(training(), ([passed(), train_run(progress=at(40))], after(30)))
    second = decided(training(status=first.status), ([passed(), train_run(progress=at(60))], after(40)))
    assert second.events == ()
    assert second.status.conditions == first.status.conditions


# What it waits for


def test_what_a_training_waits_for_is_the_headline_and_the_reason():
    decision = decided(training(), ([passed(), pending()], T0), ([passed(), pending(waiting=NO_GPU)], after(20)))
    assert (decision.status.phase, decision.actions, decision.status.failure) == (Phase.QUEUED, (), None)
    assert decision.status.reason == headline(decision).reason == "Unschedulable"
    assert headline(decision).message == f"{NO_GPU.message} {NO_GPU.hint}"
    assert events(decision) == [("Warning", "Unschedulable")]


@pytest.mark.parametrize(("runs", "waits"), [([], validate_run), ([passed()], train_run)], ids=["a validation", "a training"])
def test_what_a_new_run_waits_for_is_reported_once_it_has_lasted(runs, waits):
    def seen(status, now, **facts):
        return decided(training(status=status), ([*runs, waits(state=RunState.PENDING, node=None, **facts)], now))

    begun = seen(None, after(20)).status
    early = seen(begun, after(29), waiting=NO_VOLUME)
    assert (early.status, early.events, early.requeue_at) == (begun, (), after(30))
    assert seen(early.status, after(29)).events == ()
    late = seen(early.status, after(30), waiting=NO_VOLUME)
    assert events(late) == [("Warning", "PersistentVolumeClaimNotBound")]
    assert (conditions(late.status)["Training"], late.requeue_at) == (("False", "PersistentVolumeClaimNotBound"), None)


def test_what_a_pod_on_a_node_waits_for_is_reported_in_phase_starting():
    why = ConditionReason(reasons.IMAGE_NOT_PULLED, "Image x cannot be pulled.")
    decision = decided(training(), ([passed(), starting()], T0), ([passed(), starting(waiting=why)], after(10)))
    assert (decision.status.phase, decision.status.reason) == (Phase.STARTING, "ImageNotPulled")


def test_what_happens_to_a_run_that_trains_is_reported_immediately():
    run = train_run(waiting=ConditionReason(reasons.PREEMPTED, "Preempted. It is stopping."))
    decision = decided(training(), ([passed(), run], after(22)))
    assert (headline(decision).reason, decision.status.reason) == ("Preempted", "Preempted")


def test_the_same_wait_with_another_message_is_written_but_not_reported_again():
    def waits(why, status=None):
        return decided(training(status=status), ([passed(), pending()], T0), ([passed(), pending(waiting=why)], after(20)))

    def still_waits(why, status):
        return decided(training(status=status), ([passed(), pending(waiting=why)], after(21)))

    first = waits(NO_GPU).status
    second = still_waits(ConditionReason(reasons.UNSCHEDULABLE, "No node takes it: 1 Insufficient nvidia.com/gpu."), first)
    assert second.events == ()
    assert headline(second).message == "No node takes it: 1 Insufficient nvidia.com/gpu."
    assert [event.reason for event in still_waits(ConditionReason(reasons.IMAGE_NOT_PULLED, "x"), first).events] == [
        "ImageNotPulled"
    ]


@pytest.mark.parametrize(
    ("source", "reason", "actions"),
    [
        ({"inline": "model {}"}, reasons.CONFIG_MAP_NOT_FOUND, (CreateConfigMap(),)),
        ({"inline": "model {}"}, reasons.SECRET_NOT_FOUND, ()),
        ({"path": "p.config"}, reasons.CONFIG_MAP_NOT_FOUND, ()),
    ],
    ids=["inline", "something else is missing", "the ConfigMap of the user"],
)
def test_the_config_map_of_an_inline_config_is_created_again_while_a_run_waits_for_it(source, reason, actions):
    run = starting(waiting=ConditionReason(reason, "It does not exist."))
    decision = decided(training(pipelineConfig=source), ([passed(), run], T0), ([passed(), run], after(10)))
    assert (decision.status.reason, decision.actions) == (reason, actions)


# Runs that are being stopped


def test_a_training_that_still_stops_after_suspend_was_taken_back_is_waited_for():
    run = train_run(stop_reason=reasons.SUSPENDED, stopping=True)
    decision = decided(training(), ([passed(), run], after(20)))
    assert (decision.status.phase, decision.actions) == (Phase.QUEUED, ())
    assert headline(decision).message == "Waiting for pets-train-1 to stop."


def test_a_stop_that_was_decided_is_repeated_until_it_is_requested():
    run = train_run(stop_reason=reasons.SUSPENDED)
    assert decided(training(), ([passed(), run], after(20))).actions == (StopRun(run, reasons.SUSPENDED),)


@pytest.mark.parametrize("reason", [reasons.SUSPENDED, reasons.START_TIMED_OUT])
def test_a_run_that_cannot_stop_because_its_node_is_lost_names_the_node_and_what_to_do(reason):
    lost = ConditionReason(reasons.NODE_LOST, "Node gpu-1 does not answer.", "Restart it, or delete the Node.")
    run = train_run(stop_reason=reason, stopping=True, waiting=lost)
    decision = decided(training(), ([passed(), run], after(20)))
    assert headline(decision).message == (
        "Waiting for pets-train-1 to stop. Node gpu-1 does not answer. Restart it, or delete the Node."
    )


def test_a_run_that_stops_does_not_repeat_what_else_it_waited_for():
    run = train_run(
        stop_reason=reasons.SUSPENDED, stopping=True, waiting=ConditionReason(reasons.POD_DELETED, "Its pod is being deleted.")
    )
    assert headline(decided(training(), ([passed(), run], T0))).message == "Waiting for pets-train-1 to stop."


# Starting again


def test_the_next_run_resumes_from_the_checkpoint():
    run = train_run(exit_code=70, progress=at(42, checkpoint=40))
    decision = decided(training(retries=3), ([passed(), run], T0))
    assert headline(decision).message.endswith(" Resuming from the checkpoint at step 40 (restart 1 of 3).")
    assert (decision.status.phase, decision.status.reason) == (Phase.QUEUED, reasons.RETRYING)


def test_the_next_run_starts_again_if_no_checkpoint_was_saved():
    decision = decided(training(retries=3), ([passed(), train_run(exit_code=70)], T0))
    assert headline(decision).message.endswith(" Starting from scratch (restart 1 of 3).")


def test_an_interruption_is_not_called_a_restart():
    decision = decided(training(), ([passed(), train_run(signal=15, progress=at(42, checkpoint=40))], T0))
    assert headline(decision).message.endswith(" Resuming from the checkpoint at step 40.")


def test_once_the_next_run_trains_there_is_nothing_to_report_but_that():
    runs = [passed(), train_run(exit_code=70)]
    decision = decided(training(), (runs, T0), ([*runs, train_run(2)], after(30)))
    assert (decision.status.phase, decision.status.reason, headline(decision).message) == (
        Phase.TRAINING,
        None,
        "Training (Job pets-train-2).",
    )


def test_a_run_is_started_once_the_backoff_is_over_although_its_job_is_gone():
    status = decided(training(), ([passed(), train_run(exit_code=70)], T0)).status
    assert decided(training(status=status), ([], after(9))).actions == ()
    assert decided(training(status=status), ([], after(10))).actions == (StartTraining(2),)


def test_a_run_that_a_queue_brings_back_after_its_end_was_counted_is_stopped_before_the_next_one_starts():
    crashed, back = train_run(exit_code=70, stored=True), train_run(state=RunState.PENDING, node=None, stored=True)
    counted = decided(training(), ([passed(), crashed], T0)).status
    decision = decided(training(status=counted), ([passed(), back], after(30)))
    assert decision.actions == (StopRun(back, reasons.RETRYING),)
    assert decision.status.phase is Phase.QUEUED
    gone = decided(training(status=decision.status), ([passed()], after(60)))
    assert gone.actions == (StartTraining(2),)


# The next run, by what the status knows of the one before


def next_run(end, *, failure=None, now=T0, retries=3, **known):
    latest = LatestRun(attempt=1, end_time=T0)
    status = Status(
        failure=failure, training=TrainingStatus(**{"attempt": 1, "counted": 1, "end": end, "latest_run": latest, **known})
    )
    return policy(ReconcileContext("pets", 1, 1, training(retries=retries).spec, status, (), Timer(now)))


CRASHED = FailureStatus(reason="Unclassified", message="It crashed.")


@pytest.mark.parametrize(
    ("end", "known", "message"),
    [
        (RetryClass.STOPPED, {}, "Starting from scratch."),
        (RetryClass.STOPPED, {"last_checkpoint_step": 0}, "Resuming from the checkpoint at step 0."),
        (RetryClass.INTERRUPTED, {}, "It crashed. Starting from scratch."),
        (
            RetryClass.FAILED,
            {"restarts": 2, "last_checkpoint_step": 40},
            "It crashed. Resuming from the checkpoint at step 40 (restart 2 of 3).",
        ),
        (RetryClass.BLOCKED, {"blocked_by": "Held by x."}, "Held by x."),
        (RetryClass.BLOCKED, {}, "Another training uses m."),
    ],
    ids=str,
)
def test_why_another_run_is_started_and_from_where(end, known, message):
    assert next_run(end, failure=CRASHED, **known).message == message


@pytest.mark.parametrize(
    ("end", "known", "seconds"),
    [
        (RetryClass.FAILED, {"restarts": 1, "preemptions_in_a_row": 5}, 10),
        (RetryClass.FAILED, {"restarts": 3}, 40),
        (RetryClass.INTERRUPTED, {"restarts": 5}, 10),
        (RetryClass.INTERRUPTED, {"preemptions_in_a_row": 3}, 40),
        (RetryClass.BLOCKED, {"restarts": 5}, 10),
        (RetryClass.BLOCKED, {"preemptions_in_a_row": 2}, 20),
        (RetryClass.STOPPED, {"preemptions_in_a_row": 2}, 0),
    ],
    ids=str,
)
def test_what_the_wait_for_the_next_run_grows_with(end, known, seconds):
    if seconds:
        assert next_run(end, failure=CRASHED, now=after(seconds - 1), **known).actions == ()
    assert next_run(end, failure=CRASHED, now=after(seconds), **known).actions == (StartTraining(2),)
